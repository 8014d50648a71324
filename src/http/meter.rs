//! What is measured, in the text form that Prometheus reads.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Upper bounds of the latency buckets, in milliseconds.
const BOUNDS: [u64; 10] = [1, 2, 5, 10, 20, 50, 100, 500, 2_000, 30_000];

/// Counters of this process.
#[derive(Debug, Default)]
pub struct Meter {
    by_class: [AtomicU64; 6],
    buckets: [AtomicU64; 10],
    microseconds: AtomicU64,
}

impl Meter {
    /// Counts one answered request.
    pub fn count(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).min(5);
        self.by_class[class].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(micros, Ordering::Relaxed);
        if let Some(bucket) = BOUNDS.iter().position(|ms| micros <= ms * 1_000) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The page that Prometheus reads.
    pub fn page(&self, statements: u64) -> String {
        let mut out = String::new();
        out.push_str("# HELP nhipcau_requests_total Requests answered, by status class.\n# TYPE nhipcau_requests_total counter\n");
        for (class, count) in self.by_class.iter().enumerate().skip(1) {
            let _ = writeln!(out, "nhipcau_requests_total{{class=\"{class}xx\"}} {}", count.load(Ordering::Relaxed));
        }
        out.push_str("# HELP nhipcau_request_seconds Time to answer.\n# TYPE nhipcau_request_seconds histogram\n");
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            sum += count.load(Ordering::Relaxed);
            let _ = writeln!(out, "nhipcau_request_seconds_bucket{{le=\"{}.{:03}\"}} {sum}", bound / 1000, bound % 1000);
        }
        let total: u64 = self.by_class.iter().map(|c| c.load(Ordering::Relaxed)).sum();
        let micros = self.microseconds.load(Ordering::Relaxed);
        let _ = writeln!(out, "nhipcau_request_seconds_bucket{{le=\"+Inf\"}} {total}");
        let _ = writeln!(out, "nhipcau_request_seconds_sum {}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let _ = writeln!(out, "nhipcau_request_seconds_count {total}");
        out.push_str("# HELP nhipcau_sql_statements_total SQL statements sent.\n# TYPE nhipcau_sql_statements_total counter\n");
        let _ = writeln!(out, "nhipcau_sql_statements_total {statements}");
        out
    }
}
