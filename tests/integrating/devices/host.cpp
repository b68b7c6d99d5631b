// A terminal on this machine, with the protocol of clients/arduino, that stops where it is told to; as driver.py:
//
//     host STEP ADDRESS KEY RECORD [FROM TO AMOUNT MEMO]
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "LoopbankProtocol.h"

using loopbank::Answer;
using loopbank::Outcome;
using loopbank::Record;

static std::string stop;

static void reach(const std::string& step) {
  if (step != stop) return;
  std::cout << "at " << step << std::endl;
  for (;;) sleep(1);
}

class FileFlash : public loopbank::Flash {
 public:
  explicit FileFlash(const std::string& path) : path_(path) {}
  bool read(std::string& line) override {
    std::ifstream file(path_, std::ios::binary);
    if (!file) return false;
    std::ostringstream content;
    content << file.rdbuf();
    line = content.str();
    return true;
  }
  bool write(const std::string& line) override {
    reach("before-record");
    std::ofstream(path_ + ".new", std::ios::binary) << line;
    reach("record-not-in-place");
    const bool isThere = rename((path_ + ".new").c_str(), path_.c_str()) == 0;
    reach("record-written");
    return isThere;
  }
  void erase() override {
    reach("answered");
    unlink(path_.c_str());
  }

 private:
  std::string path_;
};

class SocketWire : public loopbank::Wire {
 public:
  SocketWire(const std::string& address, const std::string& apiKey) : apiKey_(apiKey) {
    const std::string rest = address.substr(address.find("//") + 2);
    host_ = rest.substr(0, rest.find(':'));
    port_ = rest.substr(rest.find(':') + 1);
  }

  Answer post(const std::string& path, const Record& record) override {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) != 0) return {};
    const int socket = ::socket(found->ai_family, found->ai_socktype, 0);
    std::string heard;
    if (connect(socket, found->ai_addr, found->ai_addrlen) == 0) {
      const std::string request = "POST " + path + " HTTP/1.1\r\nHost: " + host_ + "\r\nX-API-Key: " + apiKey_ +
                                  "\r\nIdempotency-Key: " + record.key +
                                  "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                                  std::to_string(record.body.size()) + "\r\n\r\n" + record.body;
      const size_t half = request.size() / 2;
      say(socket, request.substr(0, half));
      reach("half-sent");
      say(socket, request.substr(half));
      reach("sent");
      char piece[4096];
      for (ssize_t size; (size = recv(socket, piece, sizeof piece, 0)) > 0;) heard.append(piece, size);
    }
    close(socket);
    freeaddrinfo(found);
    return read(heard);
  }
  void pause(unsigned seconds) override { sleep(seconds); }
  void random(uint8_t* bytes, unsigned count) override {
    std::ifstream("/dev/urandom", std::ios::binary).read(reinterpret_cast<char*>(bytes), count);
  }

 private:
  static void say(int socket, const std::string& text) {
    if (send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) perror("send");
  }

  static std::string header(const std::string& head, const std::string& name) {
    const size_t found = head.find("\r\n" + name + ": ");
    if (found == std::string::npos) return "";
    const size_t begin = found + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  // As HTTPClient does: an answer that is cut is none.
  static Answer read(const std::string& heard) {
    Answer answer;
    const size_t end = heard.find("\r\n\r\n");
    if (end == std::string::npos) return answer;
    std::string head = heard.substr(0, end + 2);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char letter) { return std::tolower(letter); });
    const std::string body = heard.substr(end + 4);
    if (body.size() < std::strtoul(header(head, "content-length").c_str(), nullptr, 10)) return answer;
    answer.status = std::atoi(heard.substr(heard.find(' ') + 1, 3).c_str());
    answer.key = header(head, "idempotency-key");
    answer.contentType = header(head, "content-type");
    answer.retryAfterSeconds = std::atoi(header(head, "retry-after").c_str());
    answer.body = body;
    return answer;
  }

  std::string host_, port_, apiKey_;
};

int main(int count, char** words) {
  stop = words[1];
  FileFlash flash(words[4]);
  SocketWire wire(words[2], words[3]);
  loopbank::Terminal terminal(flash, wire);
  const Outcome outcome = count > 5 ? terminal.charge(words[5], words[6], words[7], words[8]) : terminal.resume();
  switch (outcome) {
    case Outcome::paid: std::cout << "paid\n"; break;
    case Outcome::refused: std::cout << "refused " << terminal.detail() << "\n"; break;
    case Outcome::unfinished: std::cout << "unfinished\n"; break;
    case Outcome::nothing: std::cout << "nothing\n"; break;
    case Outcome::damaged: std::cout << "damaged\n"; break;
  }
}
