//! Reloading from a policy file.

use super::error::ConfigErrors;
use crate::{
    PolicyList,
    reload::{Change, ReloadHandle},
};
use std::path::Path;

impl ReloadHandle {
    /// Reads a policy file and replaces the policies with those of the file; see
    /// [`PolicyList::from_file`].
    ///
    /// The change is logged at INFO, an error at ERROR (feature "tracing").
    ///
    /// # Errors
    ///
    /// All errors of the file. The policies are not replaced then.
    ///
    /// ```no_run
    /// use tower_cors::{PolicyList, Reloadable};
    ///
    /// let (policies, handle) = Reloadable::new(PolicyList::from_file("cors.toml")?);
    /// // Later, when the file has changed:
    /// let change = handle.reload_file("cors.toml")?;
    /// println!("{change}");
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn reload_file(&self, path: impl AsRef<Path>) -> Result<Change, ConfigErrors> {
        self.replace_with(PolicyList::from_file(path))
    }

    /// Replaces the policies with what was read, or logs what is wrong with it.
    pub(crate) fn replace_with(
        &self,
        read: Result<PolicyList, ConfigErrors>,
    ) -> Result<Change, ConfigErrors> {
        #[cfg(feature = "metrics")]
        if read.is_err() {
            crate::observe::count_reload("failed");
        }
        #[cfg(feature = "tracing")]
        if let Err(errors) = &read {
            for error in errors {
                crate::observe::not_reloaded(error);
            }
        }
        read.map(|policies| self.replace(policies))
    }
}
