// SPDX-License-Identifier: Apache-2.0
#include "bot/journal/writer.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "bot/log.hpp"

namespace plimsoll::journal {

namespace {

constexpr std::size_t kNotesAtOnce = 256;

}  // namespace

class JournalWriter::Worker {
  public:
    Worker(std::unique_ptr<Journal> journal, const boost::asio::any_io_executor& executor, WriterOptions options)
        : journal_(std::move(journal)), executor_(executor), options_(std::move(options)), thread_([this] { run(); }) {}

    ~Worker() {
        {
            const std::scoped_lock lock(mutex_);
            ending_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Work that somebody waits for: records, or another single write.
    struct Job {
        std::vector<engine::JournalRecord> records;
        std::function<Result<void>(Journal&)> other;
        Done done;
        boost::asio::any_io_executor executor;  // keeps the loop running until `done` has run
    };

    void add(std::vector<engine::JournalRecord> records, std::function<Result<void>(Journal&)> other, Done done) {
        auto tracked = boost::asio::prefer(executor_, boost::asio::execution::outstanding_work.tracked);
        Job job{std::move(records), std::move(other), std::move(done), std::move(tracked)};
        {
            const std::scoped_lock lock(mutex_);
            if (jobs_.size() < options_.records_queue) {
                jobs_.push_back(std::move(job));
                wake_.notify_one();
                return;
            }
        }
        finish(job, fail(Errc::Io, "journal: the disk is too slow, " + std::to_string(options_.records_queue) +
                                       " writes are waiting"));
    }

    void add(Note note) {
        {
            const std::scoped_lock lock(mutex_);
            if (notes_.size() >= options_.notes_queue) {
                notes_.pop_front();
                given_up_.fetch_add(1);
            }
            notes_.push_back(std::move(note));
        }
        wake_.notify_one();
    }

    std::optional<std::string> failing() const {
        const std::scoped_lock lock(mutex_);
        return failing_;
    }
    std::uint64_t given_up() const { return given_up_.load(); }

  private:
    void run() {
        for (;;) {
            std::deque<Job> jobs;
            std::vector<Note> notes;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return ending_ || !jobs_.empty() || !notes_.empty(); });
                if (jobs_.empty() && notes_.empty()) return;
                jobs.swap(jobs_);
                while (jobs.empty() && !notes_.empty() && notes.size() < kNotesAtOnce) {
                    notes.push_back(std::move(notes_.front()));
                    notes_.pop_front();
                }
            }
            if (!jobs.empty())
                write_jobs(jobs);
            else
                write_notes(notes);
        }
    }

    void write_jobs(std::deque<Job>& jobs) {
        // Neighbours that carry records share one commit; completions keep the order of the calls.
        while (!jobs.empty()) {
            std::vector<Job> together;
            std::vector<std::vector<engine::JournalRecord>> groups;
            while (!jobs.empty() && (together.empty() || !jobs.front().other) &&
                   (together.empty() || !together.front().other)) {
                groups.push_back(std::move(jobs.front().records));
                together.push_back(std::move(jobs.front()));
                jobs.pop_front();
            }
            if (together.front().other) {
                auto result = together.front().other(*journal_);
                remember(result);
                finish(together.front(), std::move(result));
                continue;
            }
            const auto start = std::chrono::steady_clock::now();
            auto results = journal_->append_groups(groups);
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            bool good = true;
            for (std::size_t i = 0; i < together.size(); ++i) {
                good = good && results[i].has_value();
                remember(results[i]);
                finish(together[i], std::move(results[i]));
            }
            if (options_.observe) options_.observe(took, good);
        }
    }

    void write_notes(const std::vector<Note>& notes) {
        std::vector<DecisionRow> decisions;
        std::vector<AlertRow> alerts;
        std::vector<SettingsChange> changes;
        for (const Note& note : notes) {
            if (const auto* decision = std::get_if<DecisionRow>(&note))
                decisions.push_back(*decision);
            else if (const auto* alert = std::get_if<AlertRow>(&note))
                alerts.push_back(*alert);
            else if (const auto* change = std::get_if<SettingsChange>(&note))
                changes.push_back(*change);
        }
        const auto keep = [&](const Result<void>& result, std::size_t count) {
            remember(result);
            if (result) return;
            given_up_.fetch_add(count);
            log::error("notes could not be written", {{"count", count}, {"reason", result.error().message}});
        };
        if (!decisions.empty()) keep(journal_->add_decisions(decisions), decisions.size());
        if (!alerts.empty()) {
            keep(journal_->add_alerts(alerts), alerts.size());
            if (options_.alerts_noted) options_.alerts_noted();
        }
        if (!changes.empty()) keep(journal_->add_settings_changes(changes), changes.size());
    }

    /// A record that contradicts another says nothing about the disk.
    void remember(const Result<void>& result) {
        const std::scoped_lock lock(mutex_);
        if (result)
            failing_.reset();
        else if (result.error().code == Errc::Io)
            failing_ = result.error().message;
    }

    static void finish(Job& job, Result<void> result) {
        if (!result) log::error("journal write failed", {{"reason", result.error().message}});
        boost::asio::post(job.executor, [done = std::move(job.done), result = std::move(result)]() mutable {
            if (done) done(std::move(result));
        });
    }

    std::unique_ptr<Journal> journal_;
    boost::asio::any_io_executor executor_;
    WriterOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    std::deque<Note> notes_;
    std::optional<std::string> failing_;
    std::atomic<std::uint64_t> given_up_{0};
    bool ending_{};
    std::thread thread_;
};

JournalWriter::JournalWriter(std::unique_ptr<Journal> journal, boost::asio::any_io_executor executor,
                             WriterOptions options)
    : worker_(std::make_unique<Worker>(std::move(journal), executor, std::move(options))) {}
JournalWriter::~JournalWriter() = default;

void JournalWriter::append(std::vector<engine::JournalRecord> records, Done done) {
    worker_->add(std::move(records), nullptr, std::move(done));
}
void JournalWriter::note(Note note) {
    worker_->add(std::move(note));
}
void JournalWriter::set_paused(std::string position, bool paused, std::int64_t time_ms, Done done) {
    worker_->add(
        {}, [=, name = std::move(position)](Journal& journal) { return journal.set_paused(name, paused, time_ms); },
        std::move(done));
}
void JournalWriter::write(std::function<Result<void>(Journal&)> work, Done done) {
    worker_->add({}, std::move(work), std::move(done));
}
void JournalWriter::probe(std::int64_t time_ms, Done done) {
    worker_->add(
        {}, [time_ms](Journal& journal) { return journal.probe(time_ms); }, std::move(done));
}
void JournalWriter::end_life(std::int64_t time_ms, Done done) {
    worker_->add(
        {}, [time_ms](Journal& journal) { return journal.end_life(time_ms); }, std::move(done));
}
std::optional<std::string> JournalWriter::failing() const {
    return worker_->failing();
}
std::uint64_t JournalWriter::notes_given_up() const {
    return worker_->given_up();
}

}  // namespace plimsoll::journal
