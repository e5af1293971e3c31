// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace plimsoll::engine {

/// An optional that takes a pointer's room while it is empty: for what few of many thousands have. Copies are deep.
template <class T>
class Rare {
  public:
    Rare() = default;
    Rare(T value) : held_(std::make_unique<T>(std::move(value))) {}  // as std::optional: a T is one
    Rare(const Rare& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
    Rare(Rare&&) noexcept = default;
    ~Rare() = default;
    Rare& operator=(const Rare& other) { return *this = Rare(other); }
    Rare& operator=(Rare&&) noexcept = default;
    Rare& operator=(T value) {  // in its place where there is one: references to it stay good
        if (held_)
            *held_ = std::move(value);
        else
            held_ = std::make_unique<T>(std::move(value));
        return *this;
    }

    bool has_value() const { return held_ != nullptr; }
    explicit operator bool() const { return has_value(); }
    T& operator*() { return *held_; }
    const T& operator*() const { return *held_; }
    T* operator->() { return held_.get(); }
    const T* operator->() const { return held_.get(); }
    void reset() { held_.reset(); }

  private:
    std::unique_ptr<T> held_;
};

}  // namespace plimsoll::engine
