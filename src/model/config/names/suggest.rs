//! What a wrong name was probably meant to be.

use crate::escape::is_unseen;
use crate::model::config::names::known::known;

/// Names of a setting in other tools and older versions, and names that people take from its
/// variable.
const OTHER_NAMES: [(&str, &str); 25] = [
    ("accesskeyid", "aws_access_key_id"),
    ("assumerolearn", "role_arn"),
    ("awsaccesskey", "aws_access_key_id"),
    ("awsdefaultoutput", "output"),
    ("awsdefaultregion", "region"),
    ("awsmfaserial", "mfa_serial"),
    ("awsregion", "region"),
    ("awsrolearn", "role_arn"),
    ("awsrolesessionname", "role_session_name"),
    ("awssecretkey", "aws_secret_access_key"),
    ("awssourceprofile", "source_profile"),
    ("awswebidentitytokenfile", "web_identity_token_file"),
    ("confirm", "mfaexec_confirm"),
    ("expectedaccount", "mfaexec_expected_account"),
    ("includeprofiles", "include_profile"),
    ("mfaarn", "mfa_serial"),
    ("mfadevice", "mfa_serial"),
    ("mfadevicearn", "mfa_serial"),
    ("mfaserialnumber", "mfa_serial"),
    ("minttl", "mfaexec_min_ttl"),
    ("rolesessionduration", "duration_seconds"),
    ("secretaccesskey", "aws_secret_access_key"),
    ("serialnumber", "mfa_serial"),
    ("sessiontoken", "aws_session_token"),
    ("sourcerole", "source_profile"),
];

/// Shorter names, in bytes, are similar to too many others.
const SHORTEST_NAME: usize = 5;
/// Names of at least this many bytes, without `_`, may differ in two characters.
const LONG_NAME: usize = 12;
/// Text that is in the values of one setting and in those of no other.
const VALUES: [(&str, &str); 2] = [("role_arn", ":role/"), ("mfa_serial", ":mfa/")];
/// What mfaexec's own settings begin with.
const OWN: &str = "mfaexec";

/// Whether it is the name of a setting in another tool.
pub(crate) fn is_other_name(key: &str) -> bool {
    let key = squashed(key);
    OTHER_NAMES.iter().any(|(name, _)| *name == key)
}

/// Whether a name is meant to be one of mfaexec's own settings, misspelt or not.
pub(crate) fn is_own(key: &str) -> bool {
    squashed(key).starts_with(OWN)
}

/// mfaexec's own settings, for messages.
pub(crate) fn own_settings() -> String {
    let own: Vec<&str> = known().filter(|known| known.starts_with(OWN)).collect();
    own.join(", ")
}

/// The setting that was probably meant by `key`, which is no setting. It is known by that name in
/// another tool, or differs in one character; in two, if it is long or if its value fits.
pub(crate) fn meant_by(key: &str, value: &str) -> Option<&'static str> {
    let key = squashed(key);
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == key);
    if let Some((_, known)) = other {
        return Some(known);
    }
    let mut known = known();
    if let Some(rest) = key.strip_prefix(OWN) {
        // No other tool has settings of that name, so the nearest one was meant.
        let likeness = |known: &str| strsim::jaro_winkler(&squashed(known)[OWN.len()..], rest);
        let own = known.filter(|known| known.starts_with(OWN));
        let near = own.map(|known| (likeness(known), known));
        let near = near.filter(|(likeness, _)| *likeness >= 0.8);
        return near
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known);
    }
    let near = |known: &&str| {
        let near = known.len() >= SHORTEST_NAME && known.len().abs_diff(key.len()) <= 6;
        near && is_one_slip(&key, &squashed(known))
    };
    let two = |known: &&str| {
        let fits = VALUES
            .iter()
            .any(|(name, part)| name == known && value.contains(part));
        let squashed = squashed(known);
        let near = squashed.len().abs_diff(key.len()) <= 2;
        near && (fits || squashed.len() >= LONG_NAME) && strsim::osa_distance(&key, &squashed) <= 2
    };
    known.clone().find(near).or_else(|| known.find(two))
}

/// A name without what people leave out or mix up: capitals, `_`, `-`, blanks and invisible
/// characters.
pub(crate) fn squashed(name: &str) -> String {
    let seen = name.chars().filter(|c| !is_unseen(*c));
    let kept = seen.filter(|c| !matches!(c, '_' | '-' | '.' | ' '));
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether two names are the same, or differ by one typing mistake: one character more, less or
/// wrong, or two that changed places.
pub(crate) fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = |(x, y): &(&char, &char)| x == y;
    let start = a.iter().zip(&b).take_while(same).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([] | [_], [] | [_]) => true,
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::names::known::{identifies, is_known};

    #[test]
    fn the_lists_are_sorted_and_each_name_is_there_once() {
        assert!(known().is_sorted_by(|a, b| a < b));
        assert!(OTHER_NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (other, known) in OTHER_NAMES {
            assert!(is_known(known) && squashed(other) == other, "{other}");
        }
    }

    #[test]
    fn slips_are_told_from_other_names() {
        let cases = [
            ("role_arm", Some("role_arn")),
            ("role-arn", Some("role_arn")),
            ("rolearn", Some("role_arn")),
            ("role arn", Some("role_arn")),
            ("role_anr", Some("role_arn")),
            ("r\u{43e}le_arn", Some("role_arn")),
            ("role\u{200b}_arn", Some("role_arn")),
            ("mfa_seral", Some("mfa_serial")),
            ("regoin", Some("region")),
            ("aws_region", Some("region")),
            ("mfaexec_confrim", Some("mfaexec_confirm")),
            ("MFAEXEC-Expected-Acount", Some("mfaexec_expected_account")),
            ("mfexec_confirm", Some("mfaexec_confirm")),
            ("mfaexec_colour", None),
            ("jump_role_arn", None),
            ("okta_role", None),
            ("sorce_profle", Some("source_profile")),
            ("s4", None),
            ("azure_tenant_id", None),
        ];
        for (key, meant) in cases {
            assert!(!is_known(key), "{key}");
            assert_eq!(meant_by(key, "x"), meant, "{key}");
        }
        let role = "arn:aws:iam::123456789012:role/x";
        assert_eq!(meant_by("role_am", role), Some("role_arn"));
        assert_eq!(meant_by("role_am", "x"), None);
        assert_eq!(meant_by("azure_role_arn", role), None);
        assert!(is_known("Role_ARN") && identifies("Role_ARN"));
    }
}
