// Charges accounts of a Loopbank exactly once: the protocol, without anything of a device, so that any C++ compiler takes it.
//
// A charge is written to flash with its idempotency key before it is sent, and erased when its answer is definite. After a
// power loss `resume` sends what stands there again; the key makes that harmless. One charge at a time.
#pragma once

#include <cstdint>
#include <string>

namespace loopbank {

/// A charge as it stands in flash: the idempotency key, and the request's body as it is sent each time.
struct Record {
  std::string key;
  std::string body;
};

/// What the bank answered; a status of 0 means that nothing, or no whole answer, came.
struct Answer {
  int status = 0;
  std::string key;
  std::string contentType;
  std::string body;
  unsigned retryAfterSeconds = 0;
};

enum class Outcome {
  paid,
  refused,    // nothing moved; `Terminal::detail` is a sentence for people
  unfinished, // not known yet: call `resume` again, later
  nothing,    // there was no charge to resume
  damaged     // what stands in flash is no record: look in the statement, then `discard`
};

/// Where the record is. `write` replaces what stood there in one step.
class Flash {
 public:
  virtual ~Flash() = default;
  virtual bool read(std::string& line) = 0;
  virtual bool write(const std::string& line) = 0;
  virtual void erase() = 0;
};

/// The way to the bank, and the time and chance of the device.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual Answer post(const std::string& path, const Record& record) = 0;
  virtual void pause(unsigned seconds) = 0;
  virtual void random(uint8_t* bytes, unsigned count) = 0;
};

/// The contract, on any flash and any wire.
class Terminal {
 public:
  Terminal(Flash& flash, Wire& wire) : flash_(flash), wire_(wire) {}

  /// Charge an account; `amount` is text in coins, such as "12.50". Unfinished while an earlier charge waits, too.
  Outcome charge(const std::string& fromAccount, const std::string& toAccount, const std::string& amount,
                 const std::string& memo);

  /// Finish the charge that stands in flash.
  Outcome resume();

  /// Forget the charge in flash; only for people who have looked whether it was paid.
  void discard() { flash_.erase(); }

  /// Why the last charge was refused.
  const std::string& detail() const { return detail_; }

 private:
  Outcome settle(const Record& record, bool isUnclear);

  Flash& flash_;
  Wire& wire_;
  std::string detail_;
};

/// Give the checksum of CRC-32 (ISO 3309), as zlib computes it.
uint32_t checksum(const std::string& content);

/// Give a record as one line: checksum, key and body; and read it back, false when it is damaged.
std::string lineOf(const Record& record);
bool readLine(const std::string& line, Record& record);

/// Give the body of a charge as JSON.
std::string chargeBody(const std::string& fromAccount, const std::string& toAccount, const std::string& amount,
                       const std::string& memo);

/// Give what an answer says of the charge with a key: paid, refused, or unfinished when it says nothing.
Outcome judge(const Answer& answer, const std::string& key);

/// Give the text under a name of a flat JSON object, empty when there is none.
std::string textUnder(const std::string& json, const std::string& name);

}  // namespace loopbank
