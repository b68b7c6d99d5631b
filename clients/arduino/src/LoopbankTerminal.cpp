#if defined(ARDUINO)

#include "LoopbankTerminal.h"

namespace loopbank {

namespace {

const uint16_t kTimeoutMilliseconds = 10000;
const char* const kHeaders[] = {"Idempotency-Key", "Content-Type", "Retry-After"};
const size_t kHeaderCount = sizeof kHeaders / sizeof kHeaders[0];

}  // namespace

bool LittleFsFlash::read(std::string& line) {
  File file = LittleFS.open(path_, "r");
  if (!file) return false;
  line.assign(file.size(), '\0');
  line.resize(file.read(reinterpret_cast<uint8_t*>(&line[0]), line.size()));
  file.close();
  return true;
}

bool LittleFsFlash::write(const std::string& line) {
  File file = LittleFS.open(fresh_, "w");
  if (!file) return false;
  const size_t written = file.write(reinterpret_cast<const uint8_t*>(line.data()), line.size());
  file.close();
  return written == line.size() && LittleFS.rename(fresh_, path_);
}

void LittleFsFlash::erase() { LittleFS.remove(path_); }

HttpWire::HttpWire(const char* address, const char* apiKey, const char* authorityPem)
    : address_(address), apiKey_(apiKey) {
  // Without an authority a connection over TLS fails: an API key is not for strangers.
  if (authorityPem != nullptr) secure_.setCACert(authorityPem);
}

Answer HttpWire::post(const std::string& path, const Record& record) {
  Answer answer;
  HTTPClient http;
  WiFiClient& client = address_.startsWith("https://") ? secure_ : plain_;
  if (!http.begin(client, address_ + path.c_str())) return answer;
  http.setTimeout(kTimeoutMilliseconds);
  http.setConnectTimeout(kTimeoutMilliseconds);
  http.collectHeaders(const_cast<const char**>(kHeaders), kHeaderCount);
  http.addHeader("Content-Type", "application/json");
  http.addHeader("X-API-Key", apiKey_);
  http.addHeader("Idempotency-Key", record.key.c_str());
  const int status = http.POST(record.body.c_str());
  if (status > 0) {
    answer.status = status;
    answer.key = http.header("Idempotency-Key").c_str();
    answer.contentType = http.header("Content-Type").c_str();
    answer.retryAfterSeconds = http.header("Retry-After").toInt();
    answer.body = http.getString().c_str();
  }
  http.end();
  return answer;
}

}  // namespace loopbank

#endif
