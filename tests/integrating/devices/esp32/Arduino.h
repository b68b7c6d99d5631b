// What clients/arduino uses of the ESP32's Arduino core, as declarations: a compiler here checks every call against them.
#pragma once

#include <cstddef>
#include <cstdint>

class String {
 public:
  String(const char* text = "");
  const char* c_str() const;
  bool startsWith(const String& text) const;
  int indexOf(char letter) const;
  String substring(unsigned begin, unsigned end = ~0u) const;
  void trim();
  long toInt() const;
};
String operator+(const String& first, const char* second);

struct SerialPort {
  void begin(unsigned long baud);
  void setTimeout(unsigned long milliseconds);
  int available();
  String readStringUntil(char letter);
  void println(const char* text);
  int printf(const char* format, ...) __attribute__((format(printf, 2, 3)));
};
extern SerialPort Serial;

void delay(uint32_t milliseconds);
