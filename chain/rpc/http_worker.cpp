// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/http_worker.hpp"

#include <curl/curl.h>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <thread>

#include "chain/types/check.hpp"
#include "chain/types/text_bytes.hpp"

namespace plimsoll::rpc {

namespace {

struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListDeleter>;

void append(Headers& headers, const std::string& header) {
    curl_slist* list = curl_slist_append(headers.get(), header.c_str());
    CHECK_INVARIANT(list != nullptr);
    static_cast<void>(headers.release());
    headers.reset(list);
}

struct Job {
    std::string body;
    std::string url;  // of a GET; empty for a POST to the worker's own
    std::chrono::milliseconds limit{};
    HttpWorker::Done done;
    std::string received;
    std::size_t received_max{};
    bool too_long = false;
    std::string detail;  // libcurl's buffer for it; empty: not asked for
    Headers headers;     // instead of the worker's, where it has its own
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
    auto& job = *static_cast<Job*>(user);
    const std::size_t bytes = size * count;
    if (bytes > job.received_max - job.received.size()) {
        job.too_long = true;
        return 0;
    }
    job.received.append(data, bytes);
    return bytes;
}

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

Error error_of(const Job& job, CURLcode code) {
    if (job.too_long) return {Errc::Range, fmt::format("the answer is longer than {} bytes", job.received_max)};
    if (code == CURLE_OPERATION_TIMEDOUT) return {Errc::Timeout, fmt::format("no answer in {} ms", job.limit.count())};
    const bool certificate =
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM;
    std::string text = curl_easy_strerror(code);
    // With certificates on both sides the short text does not tell whose is wrong. Of a server that is down it says
    // all.
    const std::string_view detail = job.detail.c_str();
    if (code != CURLE_COULDNT_CONNECT && !detail.empty()) text += fmt::format(" ({})", detail);
    return {certificate ? Errc::Refused : Errc::Io, std::move(text)};
}

/// libcurl keeps no copy: the text must outlive the handle.
void set_blob(CURL* easy, CURLoption option, ByteView text) {
    curl_blob blob{};
    blob.data = const_cast<std::uint8_t*>(text.data());  // NOLINT: libcurl only reads it
    blob.len = text.size();
    blob.flags = CURL_BLOB_NOCOPY;
    curl_easy_setopt(easy, option, &blob);
}

void set_identity(CURL* easy, const HttpIdentity& identity) {
    if (!identity.authorities.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
        set_blob(easy, CURLOPT_CAINFO_BLOB, bytes_of(identity.authorities));
    }
    if (identity.certificate.empty()) return;
    set_blob(easy, CURLOPT_SSLCERT_BLOB, bytes_of(identity.certificate));
    set_blob(easy, CURLOPT_SSLKEY_BLOB, identity.key.view());
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");  // else OpenSSL asks the terminal for an encrypted one
}

}  // namespace

class HttpWorker::Loop {
  public:
    explicit Loop(HttpWorkerOptions options) : options_(std::move(options)) {
        static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
        CHECK_INVARIANT(initialised == CURLE_OK);
        multi_ = curl_multi_init();
        CHECK_INVARIANT(multi_ != nullptr);
        curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, options_.connections);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, options_.connections);
        headers_ = headers({});
        url_ = options_.url.full();
        thread_ = std::thread([this] { run(); });
    }
    ~Loop() {
        stop();
        for (Easy& easy : spare_) easy.reset();
        curl_multi_cleanup(multi_);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    std::string url_of(std::string target) const {
        Url out = options_.url;
        out.target = std::move(target);
        return out.full();
    }

    /// The worker's own and `more`.
    Headers headers(const std::vector<std::string>& more) const {
        Headers out;
        append(out, "Content-Type: application/json");
        append(out, "Accept: application/json");
        append(out, "Expect:");
        for (const auto& header : options_.headers) append(out, header);
        if (const auto credentials = options_.url.basic_authorization(); !credentials.empty())
            append(out, "Authorization: " + credentials);
        for (const auto& header : more) append(out, header);
        return out;
    }

    bool post(std::unique_ptr<Job> job) {
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ || inbox_.size() + under_way_ >= options_.queued) return false;
            job->received_max = options_.body_bytes;
            inbox_.push_back(std::move(job));
        }
        curl_multi_wakeup(multi_);
        return true;
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        curl_multi_wakeup(multi_);
        if (thread_.joinable()) thread_.join();
    }

  private:
    struct Transfer {
        Easy easy;
        std::unique_ptr<Job> job;
    };

    void run() {
        while (take_inbox()) {
            int running = 0;
            curl_multi_perform(multi_, &running);
            int left = 0;
            while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
                if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
            }
            int ready = 0;
            curl_multi_poll(multi_, nullptr, 0, 1'000, &ready);
        }
        for (auto& [handle, transfer] : transfers_) {
            curl_multi_remove_handle(multi_, handle);
            curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
            transfer.job->done(fail(Errc::Cancelled, "stopped"));
        }
        transfers_.clear();
    }

    /// False when the thread is to end; then what waited has been told.
    bool take_inbox() {
        std::deque<std::unique_ptr<Job>> jobs;
        bool stopping = false;
        {
            const std::lock_guard lock(mutex_);
            jobs.swap(inbox_);
            stopping = stopping_;
            under_way_ = transfers_.size() + (stopping ? 0 : jobs.size());
        }
        for (auto& job : jobs) {
            if (stopping)
                job->done(fail(Errc::Cancelled, "stopped"));
            else
                start(std::move(job));
        }
        return !stopping;
    }

    Easy make_easy() {
        if (!spare_.empty()) {
            Easy out = std::move(spare_.back());
            spare_.pop_back();
            return out;
        }
        Easy out(curl_easy_init());
        CHECK_INVARIANT(out != nullptr);
        CURL* easy = out.get();
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options_.url.is_tls() ? "https" : "http");
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "plimsoll");
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
        curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        // The directory of the system's certificates stays in use beside the file.
        if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, options_.reuse ? 0L : 1L);
        if (options_.identity) set_identity(easy, *options_.identity);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
        return out;
    }

    void start(std::unique_ptr<Job> job) {
        Easy owner = make_easy();
        CURL* easy = owner.get();
        if (job->url.empty()) {
            curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(job->body.size()));
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, job->body.c_str());
        } else {
            curl_easy_setopt(easy, CURLOPT_URL, job->url.c_str());
            curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        }
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->headers ? job->headers.get() : headers_.get());
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(job->limit.count()));
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, job.get());
        if (options_.identity) job->detail.assign(CURL_ERROR_SIZE, '\0');
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, options_.identity ? job->detail.data() : nullptr);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK) {
            job->done(fail(Errc::Internal, "libcurl refuses the transfer"));
            return;
        }
        transfers_.emplace(easy, Transfer{std::move(owner), std::move(job)});
    }

    static std::optional<std::chrono::seconds> said(curl_off_t retry_after) {
        if (retry_after <= 0) return std::nullopt;
        return std::chrono::seconds(retry_after);
    }

    void finish(CURL* easy, CURLcode code) {
        auto node = transfers_.extract(easy);
        CHECK_INVARIANT(!node.empty());
        Transfer transfer = std::move(node.mapped());
        Job& job = *transfer.job;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_off_t retry_after = 0;
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
        curl_multi_remove_handle(multi_, easy);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);  // the job's, which ends here
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
        spare_.push_back(std::move(transfer.easy));
        if (code != CURLE_OK)
            job.done(tl::unexpected(error_of(job, code)));
        else
            job.done(HttpReply{status, std::move(job.received), said(retry_after)});
    }

    HttpWorkerOptions options_;
    std::string url_;
    CURLM* multi_ = nullptr;
    Headers headers_;
    std::map<CURL*, Transfer> transfers_;  // the thread's own
    std::vector<Easy> spare_;              // the thread's own
    std::mutex mutex_;
    std::deque<std::unique_ptr<Job>> inbox_;  // under mutex_, as are the next two
    std::size_t under_way_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

HttpWorker::HttpWorker(HttpWorkerOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
HttpWorker::~HttpWorker() = default;

bool HttpWorker::post(std::string body, std::chrono::milliseconds limit, Done done,
                      const std::vector<std::string>& more) {
    auto job = std::make_unique<Job>();
    job->body = std::move(body);
    if (!more.empty()) job->headers = loop_->headers(more);
    job->limit = limit;
    job->done = std::move(done);
    return loop_->post(std::move(job));
}

bool HttpWorker::get(std::string target, std::chrono::milliseconds limit, Done done) {
    auto job = std::make_unique<Job>();
    job->url = loop_->url_of(std::move(target));
    job->limit = limit;
    job->done = std::move(done);
    return loop_->post(std::move(job));
}

void HttpWorker::stop() {
    loop_->stop();
}

}  // namespace plimsoll::rpc
