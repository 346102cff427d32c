//! The names of settings in errors: in the environment, a setting is a variable.

use crate::policy::Setting;
use std::borrow::Cow;

/// A text with the settings in it named as they are written. What is in double quotes is left.
pub(super) fn replace(
    text: Cow<'static, str>,
    written: &dyn Fn(Setting) -> Cow<'static, str>,
) -> Cow<'static, str> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut replaced = String::new();
    for (i, part) in text.split('"').enumerate() {
        if i > 0 {
            replaced.push('"');
        }
        if i % 2 == 1 {
            replaced.push_str(part);
            continue;
        }
        for piece in part.split_inclusive(|c| !in_word(c)) {
            let word = piece.trim_end_matches(|c| !in_word(c));
            match Setting::ALL.iter().find(|setting| setting.as_str() == word) {
                Some(setting) => replaced.push_str(&written(*setting)),
                None => replaced.push_str(word),
            }
            replaced.push_str(&piece[word.len()..]);
        }
    }
    if replaced == text { text } else { replaced.into() }
}

#[cfg(test)]
mod tests {
    use super::replace;
    use crate::policy::Setting;

    #[test]
    fn settings_are_replaced_as_whole_words() {
        let written = |setting: Setting| setting.as_str().to_uppercase().into();
        for (text, expected) in [
            ("name the origins, or leave enforce out", "name the origins, or leave ENFORCE out"),
            ("enforce", "ENFORCE"),
            ("set max_age: or (allow_hosts)", "set MAX_AGE: or (ALLOW_HOSTS)"),
            ("reinforce, enforced, enforce_x", "reinforce, enforced, enforce_x"),
            ("write \"enforce\" or enforce", "write \"enforce\" or ENFORCE"),
            ("é enforce é", "é ENFORCE é"),
            ("", ""),
        ] {
            assert_eq!(replace(text.into(), &written), expected);
        }
    }
}
