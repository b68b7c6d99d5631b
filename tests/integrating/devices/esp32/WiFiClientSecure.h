#pragma once

class WiFiClient {
 public:
  virtual ~WiFiClient();
};

class WiFiClientSecure : public WiFiClient {
 public:
  void setCACert(const char* authorityPem);
};
