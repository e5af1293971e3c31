// SPDX-License-Identifier: Apache-2.0
#include "bot/recorder.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace plimsoll::bot {

Result<std::unique_ptr<Recorder>> Recorder::create(std::filesystem::path path, std::uint64_t bytes_max) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail(Errc::Io, fmt::format("cannot create the recording {}: {}", path.string(), std::strerror(errno)));
    return std::unique_ptr<Recorder>(new Recorder(std::move(path), descriptor, bytes_max));
}

Recorder::Recorder(std::filesystem::path path, int descriptor, std::uint64_t bytes_max)
    : path_(std::move(path)), descriptor_(descriptor), bytes_left_(bytes_max), thread_([this] { write_loop(); }) {}

Recorder::~Recorder() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    ::close(descriptor_);
}

void Recorder::append(std::string line) {
    {
        const std::lock_guard lock(mutex_);
        if (!ended_.empty()) return;
        if (line.size() + 1 > bytes_left_) {
            ended_ = "the size limit of a recording is reached";
            return;
        }
        if (queue_.size() + line.size() > kQueueBytesMax) {
            ended_ = "the disk cannot follow: more than 64 MiB are waiting";
            return;
        }
        bytes_left_ -= line.size() + 1;
        queue_ += line;
        queue_ += '\n';
    }
    wake_.notify_one();
}

std::string Recorder::ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
}

void Recorder::flush() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return queue_.empty() && !writing_; });
}

void Recorder::write_loop() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        std::string batch;
        batch.swap(queue_);
        writing_ = true;
        lock.unlock();
        int error = 0;
        std::size_t done = 0;
        while (done < batch.size() && error == 0) {
            const ssize_t n = ::write(descriptor_, batch.data() + done, batch.size() - done);
            if (n > 0)
                done += static_cast<std::size_t>(n);
            else if (n < 0 && errno != EINTR)
                error = errno;
        }
        lock.lock();
        writing_ = false;
        if (error != 0) {
            ended_ = fmt::format("writing failed: {}", std::strerror(error));
            queue_.clear();
        }
        if (queue_.empty()) idle_.notify_all();
    }
}

}  // namespace plimsoll::bot
