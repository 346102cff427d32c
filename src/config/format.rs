//! What things are called in the format that the user wrote.

/// Where configuration was written, as far as its syntax matters to advice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    Toml,
    Json,
    Environment,
    /// Read through serde: the format is not known.
    #[default]
    Unknown,
}

impl Format {
    /// What keys and values stand in.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Toml => "table",
            Self::Json => "object",
            Self::Environment | Self::Unknown => "map",
        }
    }

    /// The same with its article.
    pub(super) fn a_table(self) -> &'static str {
        match self {
            Self::Toml => "a table",
            Self::Json => "an object",
            Self::Environment | Self::Unknown => "a map",
        }
    }

    /// How a list of policies is referred to.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Toml => "[[policy]]",
            Self::Json | Self::Environment | Self::Unknown => "`policy`",
        }
    }

    /// What to write in place of a list of policies that is not one.
    pub(super) fn write_list(self) -> &'static str {
        match self {
            Self::Toml => "write [[policy]] tables",
            Self::Json => "write an array of objects",
            Self::Environment => LIST_IN_FILE,
            Self::Unknown => "write a list of maps",
        }
    }

    /// What to write in place of an entry of such a list that is not one.
    pub(super) fn write_entry(self) -> &'static str {
        match self {
            Self::Toml => "write [[policy]] tables",
            Self::Json => "write an object",
            Self::Environment => LIST_IN_FILE,
            Self::Unknown => "write a map",
        }
    }

    /// What to do with a key of an entry that stands outside a list.
    pub(super) fn move_into_list(self) -> &'static str {
        match self {
            Self::Toml => "move it into a [[policy]] table",
            Self::Json => "move it into an object of the array `policy`",
            Self::Environment => LIST_IN_FILE,
            Self::Unknown => "move it into an entry of the list `policy`",
        }
    }

    /// What to do with a key that was meant for this one of an entry, and stands outside a list.
    pub(super) fn write_in_list(self, key: &str) -> String {
        match self {
            Self::Toml => format!("write `{key}` in a [[policy]] table"),
            Self::Json => format!("write `{key}` in an object of the array `policy`"),
            Self::Environment => LIST_IN_FILE.to_owned(),
            Self::Unknown => format!("write `{key}` in an entry of the list `policy`"),
        }
    }

    /// What to do with a setting beside a list.
    pub(super) fn move_into_entry(self) -> &'static str {
        match self {
            Self::Environment => "unset it, and write the setting in an entry of the list",
            Self::Toml | Self::Json | Self::Unknown => "move it into an entry",
        }
    }

    /// How a setting is left out.
    pub(super) fn remove(self) -> &'static str {
        match self {
            Self::Environment => "unset the variable",
            Self::Toml | Self::Json | Self::Unknown => "remove the key",
        }
    }
}

/// Variables hold one policy.
const LIST_IN_FILE: &str = "unset it, and write a list of policies in a file";
