//! The names of settings: those that somebody reads, and which of them a wrong name may stand for.
//! A name that is not here and is no slip of one that is here belongs to another tool.

use std::cmp::Ordering;

use crate::escape::is_unseen;

/// Who reads a setting, and what depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It decides whose session it is, with which rights, or what guards it.
    Identity,
    /// It belongs to that: a key, a device, who is told a code. Where it does not count, nobody
    /// becomes somebody else.
    Beside,
    /// It decides something else, or another tool reads it.
    Other,
}
use Part::{Beside, Identity, Other};

/// Settings of profiles and of `[sso-session]`, sorted: those of the AWS CLI and the SDKs
/// (botocore's `configprovider.py` and `credentials.py`, the AWS CLI's `cli_*`), of aws-vault,
/// aws-mfa, saml2aws, Granted, awsume and the AWS toolkits, and mfaexec's own.
const KNOWN: [(&str, Part); 124] = [
    ("account_id_endpoint_mode", Other),
    ("api_versions", Other),
    ("assumed_role", Other),
    ("assumed_role_arn", Other),
    ("auth_scheme_preference", Other),
    ("autoawsume", Other),
    ("aws_access_key_id", Beside),
    ("aws_account_id", Other),
    ("aws_credential_expiration", Other),
    ("aws_expiration", Other),
    ("aws_mfa_device", Beside),
    ("aws_secret_access_key", Beside),
    ("aws_security_token", Beside),
    ("aws_session_expiration", Other),
    ("aws_session_token", Beside),
    ("ca_bundle", Other),
    ("cli_auto_prompt", Other),
    ("cli_binary_format", Other),
    ("cli_error_format", Other),
    ("cli_follow_urlparam", Other),
    ("cli_help_output", Other),
    ("cli_history", Other),
    ("cli_legacy_plugin_path", Other),
    ("cli_pager", Other),
    ("cli_timestamp_format", Other),
    ("cloudwatch", Other),
    ("color", Other),
    ("credential_process", Identity),
    ("credential_process_auto_login", Other),
    ("credential_source", Identity),
    ("csm_client_id", Other),
    ("csm_enabled", Other),
    ("csm_host", Other),
    ("csm_port", Other),
    ("data_path", Other),
    ("defaults_mode", Other),
    ("disable_host_prefix_injection", Other),
    ("disable_request_compression", Other),
    ("duration_seconds", Other),
    ("dynamodb", Other),
    ("ec2", Other),
    ("ec2_metadata_service_endpoint", Beside),
    ("ec2_metadata_service_endpoint_mode", Other),
    ("ec2_metadata_v1_disabled", Other),
    ("emr", Other),
    ("emrcontainers", Other),
    ("endpoint_discovery_enabled", Other),
    ("endpoint_url", Beside),
    ("expiration", Other),
    ("external_id", Beside),
    ("granted_color", Other),
    ("granted_default_browser", Other),
    ("granted_sso_account_id", Other),
    ("granted_sso_region", Other),
    ("granted_sso_role_name", Other),
    ("granted_sso_start_url", Other),
    ("iam", Other),
    ("ignore_configured_endpoint_urls", Other),
    ("imds_use_ipv6", Other),
    ("include_profile", Identity),
    ("lambda", Other),
    ("login_session", Identity),
    ("manager", Other),
    ("max_attempts", Other),
    ("metadata_service_num_attempts", Other),
    ("metadata_service_timeout", Other),
    ("mfa_process", Beside),
    ("mfa_serial", Beside),
    ("mfa_type", Other),
    ("mfaexec_confirm", Identity),
    ("mfaexec_duration", Identity),
    ("mfaexec_expected_account", Identity),
    ("mfaexec_min_ttl", Identity),
    ("output", Other),
    ("parameter_validation", Other),
    ("parent_profile", Identity),
    ("proxy_ca_bundle", Other),
    ("proxy_client_cert", Other),
    ("proxy_use_forwarding_for_https", Other),
    ("region", Other),
    ("request_checksum_calculation", Other),
    ("request_min_compression_size_bytes", Other),
    ("response_checksum_validation", Other),
    ("retry_mode", Other),
    ("role_arn", Identity),
    ("role_duration", Other),
    ("role_session_name", Beside),
    ("role_session_policy", Identity),
    ("role_session_policy_arns", Identity),
    ("s3", Other),
    ("s3_disable_express_session_auth", Other),
    ("s3_disable_multiregion_access_points", Other),
    ("s3_us_east_1_regional_endpoint", Other),
    ("s3_use_arn_region", Other),
    ("s3api", Other),
    ("s3control", Other),
    ("sdk_ua_app_id", Other),
    ("services", Beside),
    ("session_tags", Identity),
    ("sigv4a_signing_region_set", Other),
    ("source_identity", Identity),
    ("source_profile", Identity),
    ("sso_account_id", Identity),
    ("sso_account_name", Other),
    ("sso_auto_populated", Other),
    ("sso_region", Identity),
    ("sso_registration_scopes", Other),
    ("sso_role_name", Identity),
    ("sso_session", Identity),
    ("sso_start_url", Identity),
    ("sts_regional_endpoints", Other),
    ("tcp_keepalive", Other),
    ("toolkit_artifact_guid", Other),
    ("transitive_session_tags", Identity),
    ("use_accelerate_endpoint", Other),
    ("use_arn_region", Other),
    ("use_dualstack_endpoint", Other),
    ("use_fips_endpoint", Other),
    ("user_agent_appid", Other),
    ("user_agent_extra", Other),
    ("web_identity_token_file", Identity),
    ("web_identity_token_process", Identity),
    ("x_principal_arn", Other),
    ("x_security_token_expires", Other),
];

/// Names that other tools and older versions have for a setting, or that people take from the name
/// of its variable.
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

/// Whether it is a name that others have for a setting.
pub(crate) fn is_other_name(key: &str) -> bool {
    let key = squashed(key);
    OTHER_NAMES.iter().any(|(name, _)| *name == key)
}

/// Names shorter than this are near to too many others.
const SHORTEST: usize = 5;
/// Names that are as long, without their `_`, are not near to others even at two slips.
const LONG: usize = 12;
/// What the values of some settings have in them, and those of no others.
const VALUES: [(&str, &str); 2] = [("role_arn", ":role/"), ("mfa_serial", ":mfa/")];
/// What mfaexec's own settings begin with.
const OWN: &str = "mfaexec";

fn find(key: &str) -> Option<Part> {
    let lower = |known: &str| -> Ordering {
        let key = key.bytes().map(|b| b.to_ascii_lowercase());
        known.bytes().cmp(key)
    };
    let found = KNOWN.binary_search_by(|(known, _)| lower(known)).ok()?;
    Some(KNOWN[found].1)
}

/// Whether somebody reads the setting `key`, which may be written in capitals.
pub(crate) fn is_known(key: &str) -> bool {
    find(key).is_some()
}

/// Whether it depends on this setting who somebody is: it must not have two values.
pub(crate) fn identifies(key: &str) -> bool {
    matches!(find(key), Some(Identity | Beside))
}

/// Whether somebody would be somebody else without this setting.
pub(crate) fn decides(key: &str) -> bool {
    find(key) == Some(Identity)
}

/// Whether a name is one of mfaexec's own, well written or not.
pub(crate) fn is_own(key: &str) -> bool {
    squashed(key).starts_with(OWN)
}

/// mfaexec's own settings, for messages.
pub(crate) fn own_settings() -> String {
    let known = KNOWN.iter().map(|(known, _)| *known);
    let own: Vec<&str> = known.filter(|known| known.starts_with(OWN)).collect();
    own.join(", ")
}

/// The setting that was meant by `key`, which is no setting itself: one slip away from it, two if it
/// is long or has the value of the other one, or known by that name elsewhere.
pub(crate) fn meant_by(key: &str, value: &str) -> Option<&'static str> {
    let key = squashed(key);
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == key);
    if let Some((_, known)) = other {
        return Some(known);
    }
    let mut known = KNOWN.iter().map(|(known, _)| *known);
    if let Some(rest) = key.strip_prefix(OWN) {
        // Nobody else has settings of that name, so the nearest one was meant.
        let likeness = |known: &str| strsim::jaro_winkler(&squashed(known)[OWN.len()..], rest);
        let own = known.filter(|known| known.starts_with(OWN));
        let near = own.map(|known| (likeness(known), known));
        let near = near.filter(|(likeness, _)| *likeness >= 0.8);
        return near
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known);
    }
    let near = |known: &&str| {
        let near = known.len() >= SHORTEST && known.len().abs_diff(key.len()) <= 6;
        near && is_one_slip(&key, &squashed(known))
    };
    let two = |known: &&str| {
        let fits = VALUES
            .iter()
            .any(|(name, part)| name == known && value.contains(part));
        let squashed = squashed(known);
        let near = squashed.len().abs_diff(key.len()) <= 2;
        near && (fits || squashed.len() >= LONG) && strsim::osa_distance(&key, &squashed) <= 2
    };
    known.clone().find(near).or_else(|| known.find(two))
}

/// A name without what people leave out or mix up: capitals, `_`, `-`, blanks, and what nobody sees.
pub(crate) fn squashed(name: &str) -> String {
    let seen = name.chars().filter(|c| !is_unseen(*c));
    let kept = seen.filter(|c| !matches!(c, '_' | '-' | '.' | ' '));
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether two names are the same, or differ in one character too many, too few, another or
/// in two that changed places.
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

    #[test]
    fn the_lists_are_sorted_and_each_name_is_there_once() {
        assert!(KNOWN.windows(2).all(|pair| pair[0].0 < pair[1].0));
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
