// A bar's terminal: type an account number and a price into the serial console, as "NC-4R8T-ZP1C 12.50".
#include <LoopbankTerminal.h>
#include <WiFi.h>

const char* const kNetwork = "the network's name";
const char* const kPassword = "its password";
const char* const kBank = "http://192.168.1.10:8080";  // with https:// hand the authority's PEM to the wire as well
const char* const kApiKey = "lb_live_...";
const char* const kBar = "NC-7K2M-Q9XD";

loopbank::LittleFsFlash flash;
loopbank::HttpWire wire(kBank, kApiKey);
loopbank::Terminal terminal(flash, wire);

void show(loopbank::Outcome outcome) {
  switch (outcome) {
    case loopbank::Outcome::paid: Serial.println("Paid."); break;
    case loopbank::Outcome::refused: Serial.printf("Refused: %s\n", terminal.detail().c_str()); break;
    case loopbank::Outcome::unfinished: Serial.println("No answer yet. Press Enter to ask again."); break;
    case loopbank::Outcome::damaged: Serial.println("The record in flash is damaged; look in the statement."); break;
    case loopbank::Outcome::nothing: Serial.println("Ready."); break;
  }
}

void setup() {
  Serial.begin(115200);
  Serial.setTimeout(60000);
  LittleFS.begin(true);
  WiFi.begin(kNetwork, kPassword);
  while (WiFi.status() != WL_CONNECTED) delay(200);
  show(terminal.resume());  // what was on its way when the power went
}

void loop() {
  if (!Serial.available()) return;
  const String line = Serial.readStringUntil('\n');
  const int gap = line.indexOf(' ');
  if (gap < 0) {
    show(terminal.resume());
    return;
  }
  String amount = line.substring(gap + 1);
  amount.trim();
  show(terminal.charge(line.substring(0, gap).c_str(), kBar, amount.c_str(), "At the bar"));
}
