#pragma once

enum wl_status_t { WL_CONNECTED = 3 };

struct WiFiPort {
  wl_status_t begin(const char* network, const char* password);
  wl_status_t status();
};
extern WiFiPort WiFi;
