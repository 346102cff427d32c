//! What is counted, printed minute by minute, and evaluated.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Since the start; the times since the last minute.
#[derive(Default)]
pub struct Figures {
    pub requests: AtomicU64,
    pub hostile: AtomicU64,
    /// Hostile exchanges that the server or the transport ended: their right, for most.
    pub ended: AtomicU64,
    pub bad: AtomicU64,
    list: Mutex<Vec<u32>>,
    tenants: Mutex<Vec<u32>>,
}

/// How many wrong answers are shown.
const EXAMPLES: u64 = 20;

impl Figures {
    /// Counts a wrong answer, and prints the first ones.
    pub fn bad(&self, text: &str) {
        if self.bad.fetch_add(1, Relaxed) < EXAMPLES {
            println!("WRONG: {text}");
        }
    }

    pub fn took(&self, of_list: bool, time: Duration) {
        let times = if of_list { &self.list } else { &self.tenants };
        lock(times).push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// Half of the requests to the list, and 99 in a hundred, took at most so many microseconds;
    /// and those to the resolver. The next minute begins.
    pub fn latencies(&self) -> [[u32; 2]; 2] {
        [&self.list, &self.tenants].map(|times| {
            let mut times = std::mem::take(&mut *lock(times));
            times.sort_unstable();
            [50, 99].map(|percent| times.get(times.len() * percent / 100).copied().unwrap_or(0))
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One line of the table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub requests: u64,
    pub hostile: u64,
    /// The most resident memory of the server since the last row, in KB.
    pub memory: u64,
    /// The most open descriptors.
    pub descriptors: usize,
    /// Bytes that the server has logged since the last row.
    pub log: u64,
    pub latencies: [[u32; 2]; 2],
    pub bad: u64,
}

pub const HEAD: &str = "| time | requests | hostile exchanges | memory, KB | descriptors | log, bytes | list p50, p99 | resolver p50, p99 | wrong |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";

impl Row {
    pub fn print(&self, time: Duration) {
        let latency = |[half, most]: [u32; 2]| {
            let milliseconds = |micros: u32| f64::from(micros) / 1000.0;
            format!("{:.1}, {:.1} ms", milliseconds(half), milliseconds(most))
        };
        let [list, tenants] = self.latencies.map(latency);
        println!(
            "| {} s | {} | {} | {} | {} | {} | {list} | {tenants} | {} |",
            time.as_secs(),
            self.requests,
            self.hostile,
            self.memory,
            self.descriptors,
            self.log,
            self.bad
        );
    }
}

/// Until the server has reached its ordinary size.
pub const WARM_UP_SECONDS: u64 = 20;
/// In KB, more than the most while it warmed up. A minute is enough to see a leak of the list at each
/// reload, or of 100 bytes at each request.
pub const MEMORY_GROWTH: u64 = 3 * 1024;
/// After all clients have gone, more than before they came.
pub const DESCRIPTOR_GROWTH: usize = 8;
/// While they are there.
pub const DESCRIPTORS: usize = 1000;
/// A minute. The library writes 50 lines of a class at once, then one in five seconds.
pub const LOG_BYTES: u64 = 96 * 1024;
/// Half of the requests in the later half of the rows, against the earlier half.
pub const LATENCY_FACTOR: u32 = 3;
pub const LATENCY_SLACK: u32 = 20_000;

/// What grew beyond its bound. `warm` is the most memory, in KB, while the server warmed up.
pub fn faults(warm: u64, rows: &[Row]) -> Vec<String> {
    let mut faults = Vec::new();
    if rows.is_empty() {
        return vec!["there is no row".to_owned()];
    }
    for (i, row) in rows.iter().enumerate() {
        if row.memory > warm + MEMORY_GROWTH {
            faults.push(format!("row {i}: memory: {} KB after {warm} KB", row.memory));
        }
        if row.descriptors > DESCRIPTORS {
            faults.push(format!("row {i}: {} descriptors", row.descriptors));
        }
        if row.log > LOG_BYTES {
            faults.push(format!("row {i}: {} bytes were logged", row.log));
        }
    }
    if rows.len() >= 4 {
        let (early, late) = rows.split_at(rows.len() / 2);
        for (i, name) in ["list", "resolver"].into_iter().enumerate() {
            let median = |rows: &[Row]| {
                let mut halves = rows.iter().map(|row| row.latencies[i][0]).collect::<Vec<_>>();
                halves.sort_unstable();
                halves[halves.len() / 2]
            };
            let (early, late) = (median(early), median(late));
            if late > early * LATENCY_FACTOR + LATENCY_SLACK {
                faults.push(format!("{name}: p50 {late} µs after {early} µs"));
            }
        }
    }
    faults
}
