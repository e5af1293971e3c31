// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/mail_worker.hpp"

#include <atomic>
#include <condition_variable>
#include <curl/curl.h>
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <thread>

#include "chain/types/check.hpp"

namespace plimsoll::bot::notify {

namespace {

constexpr std::size_t kQueued = 4;

struct Letter {
    std::string text;
    std::size_t at = 0;
};

std::size_t on_read(char* into, std::size_t size, std::size_t count, void* user) {
    auto& letter = *static_cast<Letter*>(user);
    const std::size_t bytes = std::min(size * count, letter.text.size() - letter.at);
    letter.text.copy(into, bytes, letter.at);
    letter.at += bytes;
    return bytes;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<std::atomic<bool>*>(user)->load() ? 1 : 0;
}

/// 4xx passes (RFC 5321); 5xx does not: the login, the sender or a reader is refused.
Verdict verdict_of(CURLcode code, long status) {
    if (code == CURLE_OK) return {Took::Yes};
    std::string why = curl_easy_strerror(code);
    if (status >= 400) why += fmt::format(" (SMTP {})", status);
    const bool refused = status >= 500 || code == CURLE_LOGIN_DENIED || code == CURLE_PEER_FAILED_VERIFICATION ||
                         code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CACERT_BADFILE;
    return {refused && !(status >= 400 && status < 500) ? Took::Denied : Took::Later, std::move(why)};
}

}  // namespace

class MailWorker::Loop {
  public:
    explicit Loop(MailOptions options) : options_(std::move(options)) {
        static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
        CHECK_INVARIANT(initialised == CURLE_OK);
        thread_ = std::thread([this] { run(); });
    }
    ~Loop() { stop(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    bool add(std::string letter, Done done) {
        const std::scoped_lock lock(mutex_);
        if (stopping_ || jobs_.size() >= kQueued) return false;
        jobs_.push_back({std::move(letter), std::move(done)});
        wake_.notify_one();
        return true;
    }

    void stop() {
        stopping_ = true;
        {
            const std::scoped_lock lock(mutex_);
            wake_.notify_one();
        }
        if (thread_.joinable()) thread_.join();
    }

  private:
    struct Job {
        std::string letter;
        Done done;
    };

    void run() {
        for (;;) {
            Job job;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
                if (jobs_.empty()) return;
                job = std::move(jobs_.front());
                jobs_.pop_front();
            }
            job.done(stopping_ ? Verdict{Took::Later, "stopped"} : deliver(std::move(job.letter)));
        }
    }

    Verdict deliver(std::string text) {
        CURL* easy = curl_easy_init();
        if (easy == nullptr) return {Took::Later, "libcurl has no memory"};
        Letter letter{std::move(text)};
        curl_slist* readers = nullptr;
        for (const auto& to : options_.to) readers = curl_slist_append(readers, fmt::format("<{}>", to).c_str());
        set(easy);
        curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, readers);
        curl_easy_setopt(easy, CURLOPT_READDATA, &letter);
        const CURLcode code = curl_easy_perform(easy);
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_cleanup(easy);
        curl_slist_free_all(readers);
        return verdict_of(code, status);
    }

    void set(CURL* easy) {
        const bool implicit = options_.tls == "implicit";
        const std::string url = fmt::format("{}://{}/plimsoll", implicit ? "smtps" : "smtp", options_.server);
        curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(easy, CURLOPT_USE_SSL,
                         static_cast<long>(options_.tls == "none" ? CURLUSESSL_NONE : CURLUSESSL_ALL));
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
        if (!options_.user.empty()) {
            curl_easy_setopt(easy, CURLOPT_USERNAME, options_.user.c_str());
            curl_easy_setopt(easy, CURLOPT_PASSWORD, options_.password.c_str());
        }
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.limit.count()));
        curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &on_progress);
        curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &stopping_);
        curl_easy_setopt(easy, CURLOPT_MAIL_FROM, fmt::format("<{}>", options_.from).c_str());
        curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // one reader's full box keeps it from no other
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, &on_read);
    }

    MailOptions options_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

MailWorker::MailWorker(MailOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
MailWorker::~MailWorker() = default;

bool MailWorker::send(std::string letter, Done done) {
    return loop_->add(std::move(letter), std::move(done));
}
void MailWorker::stop() {
    loop_->stop();
}

}  // namespace plimsoll::bot::notify
