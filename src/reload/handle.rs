//! The cell and its handle.

use super::change::Change;
use crate::{
    policy::Origins,
    routes::PolicyList,
    select::{SelectPolicy, Selection},
};
use arc_swap::ArcSwap;
use http::request::Parts;
use std::{fmt, sync::Arc};

/// Policies that a [`ReloadHandle`] can swap. A clone shares them.
#[derive(Clone)]
pub struct Reloadable {
    current: Arc<ArcSwap<PolicyList>>,
}

/// Swaps the policies of a [`Reloadable`]. A clone does the same.
#[derive(Clone)]
pub struct ReloadHandle {
    current: Arc<ArcSwap<PolicyList>>,
}

impl Reloadable {
    /// With these policies to begin with: a [`PolicyList`], or one [`Policy`](crate::Policy).
    #[must_use]
    pub fn new(policies: impl Into<PolicyList>) -> (Self, ReloadHandle) {
        let current = Arc::new(ArcSwap::from_pointee(policies.into()));
        (Self { current: current.clone() }, ReloadHandle { current })
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
    /// Swaps the policies, and says what changed. Requests that are being answered keep the ones
    /// they began with.
    pub fn replace(&self, policies: impl Into<PolicyList>) -> Change {
        let new = Arc::new(policies.into());
        let old = self.current.swap(new.clone());
        let change = Change::between(&old, &new);
        #[cfg(feature = "tracing")]
        for difference in &change {
            crate::observe::changed(difference);
        }
        change
    }

    /// Reads a policy file and swaps the policies for its own; see [`PolicyList::from_file`].
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file; then nothing is swapped.
    #[cfg(feature = "config")]
    #[cfg_attr(docsrs, doc(cfg(feature = "config")))]
    pub fn reload_file(
        &self,
        path: impl AsRef<std::path::Path>,
    ) -> Result<Change, crate::config::ConfigErrors> {
        let read = PolicyList::from_file(path);
        #[cfg(feature = "tracing")]
        if let Err(errors) = &read {
            for error in errors {
                crate::observe::not_reloaded(error);
            }
        }
        read.map(|policies| self.replace(policies))
    }

    /// The policies now in force.
    #[must_use]
    pub fn current(&self) -> PolicyList {
        self.current.load().as_ref().clone()
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
