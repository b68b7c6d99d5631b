#pragma once

#include "Arduino.h"

class File {
 public:
  operator bool() const;
  size_t size() const;
  size_t read(uint8_t* bytes, size_t count);
  size_t write(const uint8_t* bytes, size_t count);
  void close();
};

struct LittleFileSystem {
  bool begin(bool formatOnFail);
  File open(const String& path, const char* mode);
  bool rename(const String& from, const String& to);
  bool remove(const String& path);
};
extern LittleFileSystem LittleFS;
