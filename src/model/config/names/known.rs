//! The names of all settings that mfaexec or another tool reads. A name that is not in this table,
//! and is not similar to one in it, belongs to a tool that is not known here.

/// What depends on a setting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Importance {
    /// It decides who the user is, with which rights, or what guards the session.
    Identity,
    /// It belongs to an identity: a key, a device, who is told a code. If it is not read, the user
    /// gets no session, and not that of another identity.
    Beside,
    /// It tells of the keys and roles of this very profile, or of the tool that has written it.
    Own,
    /// Anything else. mfaexec or another tool reads it.
    Other,
}
use Importance::{Beside, Identity, Other, Own};

/// Settings of profiles and of `[sso-session]`, sorted: those of the AWS CLI and the SDKs
/// (botocore's `configprovider.py` and `credentials.py`, the AWS CLI's `cli_*`), of aws-vault,
/// aws-mfa, saml2aws, Granted, awsume and the AWS toolkits, and mfaexec's own.
const KNOWN: [(&str, Importance); 125] = [
    ("account_id_endpoint_mode", Other),
    ("api_versions", Other),
    ("assumed_role", Own),
    ("assumed_role_arn", Own),
    ("auth_scheme_preference", Other),
    ("autoawsume", Own),
    ("aws_access_key_id", Beside),
    ("aws_account_id", Own),
    ("aws_credential_expiration", Own),
    ("aws_expiration", Own),
    ("aws_mfa_device", Beside),
    ("aws_secret_access_key", Beside),
    ("aws_security_token", Beside),
    ("aws_session_expiration", Own),
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
    ("credential_process_auto_login", Own),
    ("credential_source", Identity),
    ("csm_client_id", Other),
    ("csm_enabled", Other),
    ("csm_host", Other),
    ("csm_port", Other),
    ("data_path", Other),
    ("defaults_mode", Other),
    ("disable_host_prefix_injection", Other),
    ("disable_request_compression", Other),
    ("duration_seconds", Own),
    ("dynamodb", Other),
    ("ec2", Other),
    ("ec2_metadata_service_endpoint", Beside),
    ("ec2_metadata_service_endpoint_mode", Other),
    ("ec2_metadata_v1_disabled", Other),
    ("emr", Other),
    ("emrcontainers", Other),
    ("endpoint_discovery_enabled", Other),
    ("endpoint_url", Beside),
    ("expiration", Own),
    ("external_id", Beside),
    ("granted_color", Own),
    ("granted_default_browser", Other),
    ("granted_sso_account_id", Own),
    ("granted_sso_region", Own),
    ("granted_sso_role_name", Own),
    ("granted_sso_start_url", Own),
    ("iam", Other),
    ("ignore_configured_endpoint_urls", Other),
    ("imds_use_ipv6", Other),
    ("include_profile", Identity),
    ("lambda", Other),
    ("login_session", Identity),
    ("manager", Own),
    ("max_attempts", Other),
    ("metadata_service_num_attempts", Other),
    ("metadata_service_timeout", Other),
    ("mfa_process", Beside),
    ("mfa_serial", Beside),
    ("mfa_type", Own),
    ("mfaexec_confirm", Identity),
    ("mfaexec_duration", Identity),
    ("mfaexec_expected_account", Identity),
    ("mfaexec_min_ttl", Identity),
    ("mfaexec_stored_key", Beside),
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
    ("role_duration", Own),
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
    ("sso_account_name", Own),
    ("sso_auto_populated", Own),
    ("sso_region", Identity),
    ("sso_registration_scopes", Own),
    ("sso_role_name", Identity),
    ("sso_session", Identity),
    ("sso_start_url", Identity),
    ("sts_regional_endpoints", Other),
    ("tcp_keepalive", Other),
    ("toolkit_artifact_guid", Own),
    ("transitive_session_tags", Identity),
    ("use_accelerate_endpoint", Other),
    ("use_arn_region", Other),
    ("use_dualstack_endpoint", Other),
    ("use_fips_endpoint", Other),
    ("user_agent_appid", Other),
    ("user_agent_extra", Other),
    ("web_identity_token_file", Identity),
    ("web_identity_token_process", Identity),
    ("x_principal_arn", Own),
    ("x_security_token_expires", Own),
];

fn find(key: &str) -> Option<Importance> {
    let place = |key: &str| KNOWN.binary_search_by(|(known, _)| (*known).cmp(key));
    let found = place(key)
        .or_else(|_| place(&key.to_ascii_lowercase()))
        .ok()?;
    Some(KNOWN[found].1)
}

/// Whether `key` is a setting. Capitals make no difference.
pub(crate) fn is_known(key: &str) -> bool {
    find(key).is_some()
}

/// Whether the setting is a part of an identity, and so must not have two values.
pub(crate) fn identifies(key: &str) -> bool {
    matches!(find(key), Some(Identity | Beside))
}

/// Whether the user would have another identity without this setting.
pub(crate) fn decides(key: &str) -> bool {
    find(key) == Some(Identity)
}

/// Whether the setting is for the program that calls AWS, whatever keys it has.
pub(crate) fn is_for_clients(key: &str) -> bool {
    let endpoints = ["endpoint_url", "services", "ec2_metadata_service_endpoint"];
    find(key) == Some(Other) || endpoints.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Whether the setting holds credentials, leads to them, or is mfaexec's own.
pub(crate) fn leads_to_credentials(key: &str) -> bool {
    is_known(key) && !is_for_clients(key)
}

/// All names, sorted.
pub(crate) fn known() -> impl Iterator<Item = &'static str> + Clone {
    KNOWN.iter().map(|(known, _)| *known)
}
