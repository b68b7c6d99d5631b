#include "LoopbankProtocol.h"

#include <algorithm>
#include <cstdio>

namespace loopbank {

namespace {

const char* const kPath = "/api/v1/external/transactions";
const unsigned kAttempts = 8;
const unsigned kPauseSecondsMax = 30;
const unsigned kKeyBytes = 16;
const size_t kChecksumLength = 8;

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (unsigned char letter : text) {
    char escaped[7];
    if (letter == '"' || letter == '\\') {
      out += '\\';
      out += static_cast<char>(letter);
    } else if (letter < 0x20) {
      snprintf(escaped, sizeof escaped, "\\u%04x", letter);
      out += escaped;
    } else {
      out += static_cast<char>(letter);
    }
  }
  return out + '"';
}

std::string newKey(Wire& wire) {
  uint8_t bytes[kKeyBytes];
  wire.random(bytes, kKeyBytes);
  std::string key;
  for (uint8_t byte : bytes) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", byte);
    key += digits;
  }
  return key;
}

}  // namespace

Outcome Terminal::charge(const std::string& fromAccount, const std::string& toAccount, const std::string& amount,
                         const std::string& memo) {
  std::string line;
  if (flash_.read(line)) return Outcome::unfinished;
  const Record record{newKey(wire_), chargeBody(fromAccount, toAccount, amount, memo)};
  // What is not on flash is not sent.
  if (!flash_.write(lineOf(record))) {
    detail_ = "The record cannot be written.";
    return Outcome::refused;
  }
  return settle(record, false);
}

Outcome Terminal::resume() {
  std::string line;
  Record record;
  if (!flash_.read(line)) return Outcome::nothing;
  if (!readLine(line, record)) return Outcome::damaged;
  return settle(record, true);
}

Outcome Terminal::settle(const Record& record, bool isUnclear) {
  for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
    const Answer answer = wire_.post(kPath, record);
    const Outcome outcome = judge(answer, record.key);
    detail_ = textUnder(answer.body, "detail");
    // The key has ended meanwhile; that does not say what became of an attempt before.
    if (answer.status == 401 && isUnclear) return Outcome::unfinished;
    if (outcome != Outcome::unfinished) {
      flash_.erase();
      return outcome;
    }
    isUnclear = isUnclear || answer.status != 429;
    const unsigned pause = std::min(1u << attempt, kPauseSecondsMax);
    if (attempt + 1 < kAttempts) wire_.pause(answer.retryAfterSeconds ? answer.retryAfterSeconds : pause);
  }
  return Outcome::unfinished;
}

uint32_t checksum(const std::string& content) {
  uint32_t crc = 0xFFFFFFFF;
  for (unsigned char letter : content) {
    crc ^= letter;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

std::string lineOf(const Record& record) {
  const std::string content = record.key + ' ' + record.body + '\n';
  char prefix[kChecksumLength + 2];
  snprintf(prefix, sizeof prefix, "%08lx ", static_cast<unsigned long>(checksum(content)));
  return prefix + content;
}

bool readLine(const std::string& line, Record& record) {
  const size_t keyBegin = kChecksumLength + 1;
  const size_t keyEnd = line.find(' ', keyBegin);
  if (line.size() < keyBegin + 2 || keyEnd == std::string::npos) return false;
  const Record found{line.substr(keyBegin, keyEnd - keyBegin), line.substr(keyEnd + 1, line.size() - keyEnd - 2)};
  if (lineOf(found) != line) return false;
  record = found;
  return true;
}

std::string chargeBody(const std::string& fromAccount, const std::string& toAccount, const std::string& amount,
                       const std::string& memo) {
  return "{\"from_account\": " + quoted(fromAccount) + ", \"to_account\": " + quoted(toAccount) +
         ", \"amount\": " + quoted(amount) + ", \"memo\": " + quoted(memo) + "}";
}

Outcome judge(const Answer& answer, const std::string& key) {
  // Only the bank repeats the key when it has paid, and only the bank refuses with a problem document.
  if (answer.status == 201 && answer.key == key) return Outcome::paid;
  const bool isProblem = answer.contentType.rfind("application/problem+json", 0) == 0;
  const bool isRefusal = answer.status >= 400 && answer.status < 500 && answer.status != 429;
  return isProblem && isRefusal ? Outcome::refused : Outcome::unfinished;
}

std::string textUnder(const std::string& json, const std::string& name) {
  const std::string opening = "\"" + name + "\":\"";
  const size_t found = json.find(opening);
  if (found == std::string::npos) return "";
  std::string text;
  for (size_t place = found + opening.size(); place < json.size() && json[place] != '"'; ++place) {
    if (json[place] == '\\' && place + 1 < json.size()) ++place;
    text += json[place];
  }
  return text;
}

}  // namespace loopbank
