// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <doctest/doctest.h>
#include <string>
#include <unistd.h>

#include "bot/cli/exit_code.hpp"

/// What a command printed and how it ended.
struct Captured {
    plimsoll::bot::ExitCode code{};
    std::string out;
    std::string err;
};

/// One stream turned into a file while it lives.
class CapturedStream {
  public:
    explicit CapturedStream(std::FILE* stream) : stream_(stream), file_(std::tmpfile()) {
        REQUIRE(file_ != nullptr);
        std::fflush(stream_);
        saved_ = ::dup(::fileno(stream_));
        ::dup2(::fileno(file_), ::fileno(stream_));
    }
    ~CapturedStream() { std::fclose(file_); }
    CapturedStream(const CapturedStream&) = delete;
    CapturedStream& operator=(const CapturedStream&) = delete;

    std::string finish() {
        std::fflush(stream_);
        ::dup2(saved_, ::fileno(stream_));
        ::close(saved_);
        std::rewind(file_);
        std::string text;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text.push_back(static_cast<char>(c));
        return text;
    }

  private:
    std::FILE* stream_;
    std::FILE* file_;
    int saved_ = -1;
};

template <class Function>
Captured capture(Function function) {
    CapturedStream out(stdout);
    CapturedStream err(stderr);
    Captured result;
    result.code = function();
    result.err = err.finish();
    result.out = out.finish();
    return result;
}
