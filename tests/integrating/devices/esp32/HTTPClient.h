#pragma once

#include "Arduino.h"
#include "WiFiClientSecure.h"

class HTTPClient {
 public:
  bool begin(WiFiClient& client, String url);
  void setTimeout(uint16_t milliseconds);
  void setConnectTimeout(int32_t milliseconds);
  void collectHeaders(const char* names[], size_t count);
  void addHeader(const String& name, const String& value);
  int POST(String body);
  String header(const char* name);
  String getString();
  void end();
};
