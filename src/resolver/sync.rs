//! What the cache synchronizes with. The tests of interleavings (`cfg(shuttle)`, see
//! `.ci/interleavings`) put shuttle's types in place of the standard library's, and decide at each
//! use which thread goes on.

#[cfg(shuttle)]
pub(super) use shuttle::sync::{Mutex, MutexGuard, atomic::AtomicU64};
#[cfg(not(shuttle))]
pub(super) use std::sync::{Mutex, MutexGuard, atomic::AtomicU64};

use std::future::Future;
use tokio::runtime::Handle;

/// Runs a task on the runtime.
pub(super) fn spawn(runtime: &Handle, task: impl Future<Output = ()> + Send + 'static) {
    #[cfg(not(shuttle))]
    runtime.spawn(task);
    #[cfg(shuttle)]
    let _ = (runtime, shuttle::future::spawn(task));
}

/// Another thread may go on here. It is called where moka's caches are used, which shuttle cannot
/// see; outside of the tests of interleavings it is nothing.
#[inline]
pub(super) fn another_may_go_on() {
    #[cfg(shuttle)]
    shuttle::thread::yield_now();
}
