//! A layer from a policy file.

use super::ConfigErrors;
use crate::{CorsLayer, PolicyList};
use std::path::Path;

impl CorsLayer<PolicyList> {
    /// A layer under the policies of a file; see [`PolicyList::from_file`]. They are logged at INFO
    /// (feature "tracing").
    ///
    /// # Errors
    ///
    /// All errors of the file.
    ///
    /// ```no_run
    /// use tower_cors::CorsLayer;
    ///
    /// let cors = CorsLayer::from_file("cors.toml")?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "config")))]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        Ok(Self::with_policies(PolicyList::from_file(path)?).log_policies())
    }
}
