"""Things that prove something once: links, slips, codes and challenges; and patience with whoever guesses."""
