//! The policies that can be replaced, and the handle that replaces them.

use super::change::Change;
use crate::{
    policy::Origins,
    routes::PolicyList,
    select::{SelectPolicy, Selection},
};
use arc_swap::ArcSwap;
use http::request::Parts;
use std::{fmt, sync::Arc, thread, time::Duration};

/// Policies that a [`ReloadHandle`] can replace. A clone shares them.
#[derive(Clone)]
pub struct Reloadable {
    current: Arc<ArcSwap<PolicyList>>,
}

/// Replaces the policies of a [`Reloadable`]. A clone replaces the same ones.
#[derive(Clone)]
pub struct ReloadHandle {
    current: Arc<ArcSwap<PolicyList>>,
}

impl Reloadable {
    /// Creates the pair, with a [`PolicyList`] or one [`Policy`](crate::Policy) to begin with.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy, Reloadable};
    ///
    /// let policy = |origin: &str| Policy::builder().allow_origin(origin).build();
    /// let (policies, handle) = Reloadable::new(policy("https://a.example")?);
    /// let cors = CorsLayer::with_policies(policies);
    /// let change = handle.replace(policy("https://b.example")?);
    /// assert!(change.is_wider() && change.is_narrower());
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn new(policies: impl Into<PolicyList>) -> (Self, ReloadHandle) {
        let current = Arc::new(ArcSwap::from_pointee(policies.into()));
        (Self { current: current.clone() }, ReloadHandle { current })
    }

    /// Returns the policies that are now in force.
    #[must_use]
    pub fn current(&self) -> PolicyList {
        self.current.load().as_ref().clone()
    }
}

impl SelectPolicy for Reloadable {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        let selection = self.current.load().select(parts)?;
        // A cached answer must not refuse an origin that was added since. Where any origin is
        // allowed, there is none to add.
        let any = matches!(selection.policy().rules().origins, Origins::Any);
        Some(if any { selection } else { selection.into_dynamic() })
    }
}

impl ReloadHandle {
    /// Replaces the policies and returns what changed. A request that is being answered keeps the
    /// policies it began with.
    ///
    /// With feature "tracing", what changed and the policies that are now in force are logged at
    /// INFO.
    pub fn replace(&self, policies: impl Into<PolicyList>) -> Change {
        let new = Arc::new(policies.into());
        let old = self.current.swap(new.clone());
        let change = Change::between(&old, &new);
        #[cfg(feature = "metrics")]
        crate::observe::count_reload(if change.is_empty() { "unchanged" } else { "changed" });
        #[cfg(feature = "tracing")]
        for difference in &change {
            crate::observe::changed(difference);
        }
        #[cfg(feature = "tracing")]
        if !change.is_empty() {
            crate::observe::in_force(None, &new);
        }
        retire(old);
        change
    }

    /// Returns the policies that are now in force.
    #[must_use]
    pub fn current(&self) -> PolicyList {
        self.current.load().as_ref().clone()
    }
}

/// Keeps large policies that were replaced until the requests that began with them have ended. Else
/// the last of these would free them, which takes it some 0.1 s for a million origins.
fn retire(old: Arc<PolicyList>) {
    /// In bytes: a few thousand origins.
    const LARGE: usize = 1 << 20;
    /// A minute. Whoever holds them longer, frees them.
    const PAUSES: u32 = 600;
    if !old.is_shared() || old.memory_size() < LARGE {
        return;
    }
    let wait = move || {
        for _ in 0..PAUSES {
            if !old.is_shared() {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
    };
    // Where no thread can be started, the last request frees them after all.
    drop(thread::Builder::new().name("tower-cors-retired".to_owned()).spawn(wait));
}

/// The policies that are now in force, as [`PolicyList`] prints them.
impl fmt::Display for Reloadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.current.load(), f)
    }
}

impl fmt::Debug for Reloadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reloadable").field(&self.current.load()).finish()
    }
}

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReloadHandle").field(&self.current.load()).finish()
    }
}
