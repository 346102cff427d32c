//! The names of the settings.

use std::fmt;

macro_rules! settings {
    ($($(#[doc = $doc:literal])* $setting:ident = $name:literal;)*) => {
        /// A setting of a policy. Its name is the same in the builder, in the policy file, in logs
        /// and in errors.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Setting {
            $($(#[doc = $doc])* $setting,)*
        }

        impl Setting {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$setting,)*];

            /// The name: `allow_origin`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$setting => $name,)*
                }
            }
        }
    };
}

settings! {
    /// [`allow_origin`](crate::PolicyBuilder::allow_origin)
    AllowOrigin = "allow_origin";
    /// [`allow_methods`](crate::PolicyBuilder::allow_methods)
    AllowMethods = "allow_methods";
    /// [`allow_headers`](crate::PolicyBuilder::allow_headers)
    AllowHeaders = "allow_headers";
    /// [`preset`](crate::PolicyBuilder::preset)
    Presets = "presets";
    /// [`allow_credentials`](crate::PolicyBuilder::allow_credentials)
    AllowCredentials = "allow_credentials";
    /// [`expose_headers`](crate::PolicyBuilder::expose_headers)
    ExposeHeaders = "expose_headers";
    /// [`max_age`](crate::PolicyBuilder::max_age)
    MaxAge = "max_age";
    /// [`allow_private_network`](crate::PolicyBuilder::allow_private_network)
    AllowPrivateNetwork = "allow_private_network";
    /// [`timing_allow_origin`](crate::PolicyBuilder::timing_allow_origin)
    TimingAllowOrigin = "timing_allow_origin";
    /// [`allow_hosts`](crate::PolicyBuilder::allow_hosts)
    AllowHosts = "allow_hosts";
    /// [`enforce`](crate::PolicyBuilder::enforce)
    Enforce = "enforce";
    /// [`preflight_status`](crate::PolicyBuilder::preflight_status)
    PreflightStatus = "preflight_status";
    /// [`preflight_continue`](crate::PolicyBuilder::preflight_continue)
    PreflightContinue = "preflight_continue";
    /// [`inner_headers`](crate::PolicyBuilder::inner_headers)
    InnerHeaders = "inner_headers";
    /// `check_public_suffixes` (feature "public-suffix")
    CheckPublicSuffixes = "check_public_suffixes";
    /// [`dangerously_allow_null_origin`](crate::PolicyBuilder::dangerously_allow_null_origin)
    DangerouslyAllowNullOrigin = "dangerously_allow_null_origin";
    /// [`dangerously_allow_insecure_origins`](crate::PolicyBuilder::dangerously_allow_insecure_origins)
    DangerouslyAllowInsecureOrigins = "dangerously_allow_insecure_origins";
    /// [`dangerously_allow_public_suffix_subdomains`](crate::PolicyBuilder::dangerously_allow_public_suffix_subdomains)
    DangerouslyAllowPublicSuffixSubdomains = "dangerously_allow_public_suffix_subdomains";
}

impl Setting {
    /// Whether its value is a list.
    pub(crate) fn is_list(self) -> bool {
        use Setting::{AllowHeaders, AllowHosts, AllowMethods, AllowOrigin, ExposeHeaders};
        matches!(self, AllowOrigin | AllowMethods | AllowHeaders | ExposeHeaders | AllowHosts)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
