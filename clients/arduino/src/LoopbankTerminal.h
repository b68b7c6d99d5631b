// A Loopbank terminal on an ESP32: the protocol on LittleFS and HTTPClient. Include this one.
#pragma once

#include <Arduino.h>
#include <HTTPClient.h>
#include <LittleFS.h>
#include <WiFiClientSecure.h>
#include <esp_random.h>

#include "LoopbankProtocol.h"

namespace loopbank {

/// One file on LittleFS, which renames in one step; call `LittleFS.begin(true)` before.
class LittleFsFlash : public Flash {
 public:
  explicit LittleFsFlash(const char* path = "/loopbank.record") : path_(path), fresh_(path_ + ".new") {}
  bool read(std::string& line) override;
  bool write(const std::string& line) override;
  void erase() override;

 private:
  String path_;
  String fresh_;
};

/// HTTP to the bank; with https the certificate authority (PEM) is checked.
class HttpWire : public Wire {
 public:
  HttpWire(const char* address, const char* apiKey, const char* authorityPem = nullptr);
  Answer post(const std::string& path, const Record& record) override;
  void pause(unsigned seconds) override { delay(seconds * 1000UL); }
  void random(uint8_t* bytes, unsigned count) override { esp_fill_random(bytes, count); }

 private:
  String address_;
  String apiKey_;
  WiFiClient plain_;
  WiFiClientSecure secure_;
};

}  // namespace loopbank
