//! Layers from policy files.

use super::ConfigErrors;
use crate::{CorsLayer, PolicyList};
#[cfg(feature = "reload")]
use crate::{
    Reloadable,
    select::{SelectPolicy, Selection},
};
#[cfg(feature = "reload")]
use http::request::Parts;
use std::path::Path;

impl CorsLayer<PolicyList> {
    /// A layer under the policies of a file; see [`PolicyList::from_file`]. They are logged at INFO
    /// (feature "tracing"). Entries with `shadow = true` are evaluated beside the others, as
    /// [`with_shadow_entries`](Self::with_shadow_entries) says.
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
        Ok(Self::with_policies(PolicyList::from_file(path)?).with_shadow_entries().log_policies())
    }

    /// Evaluates each request under the list's shadow entries too, and reports what they would have
    /// changed: at intervals, see [`report_shadow`](CorsLayer::report_shadow). A request that no
    /// shadow entry covers is not compared.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, PolicyList};
    ///
    /// let policies = PolicyList::from_toml(r#"
    /// [[policy]]
    /// allow_origin = "https://*.example.com"
    ///
    /// [[policy]]
    /// shadow = true
    /// allow_origin = "https://app.example.com"
    /// "#)?;
    /// let cors = CorsLayer::with_policies(policies).with_shadow_entries();
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "config")))]
    pub fn with_shadow_entries(self) -> Self {
        match self.policies().shadow().cloned() {
            Some(shadow) => self.partial_shadow(shadow),
            None => self,
        }
    }
}

#[cfg(feature = "reload")]
impl CorsLayer<Reloadable> {
    /// Evaluates each request under the shadow entries of the policies that are in force; see
    /// [`CorsLayer::with_shadow_entries`].
    ///
    /// ```
    /// use tower_cors::{CorsLayer, PolicyList, Reloadable};
    ///
    /// let (policies, handle) = Reloadable::new(PolicyList::from_toml(r#"allow_origin = "*""#)?);
    /// let cors = CorsLayer::with_policies(policies).with_shadow_entries();
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(all(feature = "config", feature = "reload"))))]
    pub fn with_shadow_entries(self) -> Self {
        let shadow = CurrentShadow(self.policies().clone());
        self.partial_shadow(shadow)
    }
}

/// The shadow entries of the policies that are in force.
#[cfg(feature = "reload")]
struct CurrentShadow(Reloadable);

#[cfg(feature = "reload")]
impl SelectPolicy for CurrentShadow {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        self.0.current().shadow()?.select(parts)
    }
}
