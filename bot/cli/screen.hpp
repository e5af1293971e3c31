// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <termios.h>
#include <vector>

namespace plimsoll::bot::cli {

struct ScreenSize {
    std::size_t columns = 80;
    std::size_t rows = 24;
};

/// The first `columns` characters; escape sequences take no place and a cut colour is ended.
std::string cut(std::string_view text, std::size_t columns);

/// What is written to show these lines in place of whatever was there: cut to the size; what is too much below is said.
std::string frame(const std::vector<std::string>& lines, ScreenSize size);

/// The alternate screen of the terminal on standard output, its keys unseen and unbuffered; all is as before when it
/// goes. Keys are read from `keys()`.
class Screen {
  public:
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    /// False when there is no terminal to draw on.
    bool ok() const { return on_; }
    ScreenSize size() const;
    void show(const std::vector<std::string>& lines) const;
    /// Descriptor of the terminal, opened for this alone and not blocking.
    int keys() const { return tty_; }

  private:
    int tty_;
    termios before_{};
    bool on_ = false;
};

}  // namespace plimsoll::bot::cli
