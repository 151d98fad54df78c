//! The settings of a profile that have a variable, and those that have none: the tables of the AWS CLI.

use crate::model::config::Profile;
use crate::model::environment::Environment;

/// What an empty value of a setting means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Empty {
    /// No value: botocore fails with it, or other SDKs would.
    Unset,
    /// `false`, as botocore's `ensure_boolean` has it; the SDK for Java refuses an empty variable.
    False,
    /// Itself: no pager, no name.
    Counts,
}

use Empty::{Counts, False, Unset};

/// A setting with a variable. The command would otherwise read the setting from `[default]`, because
/// it is told no profile.
pub(super) struct Passed {
    pub(super) variable: &'static str,
    /// Its names in a profile, in botocore's order; with a point between, the second one is written
    /// below the first.
    pub(super) settings: &'static [&'static str],
    empty: Empty,
}

const fn passed(variable: &'static str, settings: &'static [&'static str], empty: Empty) -> Passed {
    Passed {
        variable,
        settings,
        empty,
    }
}

/// The tables of botocore's `configprovider.py`, and what the AWS CLI adds (`awscli/__init__.py` of
/// version 1, `clidriver.py` of version 2). `tests/third-party/settings.py` holds it against the
/// installed ones. Keys, profiles, files and regions have their own rules.
pub(super) const PASSED: &[Passed] = &[
    passed(
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        &["account_id_endpoint_mode"],
        Unset,
    ),
    passed(
        "AWS_AUTH_SCHEME_PREFERENCE",
        &["auth_scheme_preference"],
        Unset,
    ),
    passed("AWS_CA_BUNDLE", &["ca_bundle"], Unset),
    passed("AWS_CLI_AUTO_PROMPT", &["cli_auto_prompt"], Unset),
    passed("AWS_CLI_ERROR_FORMAT", &["cli_error_format"], Unset),
    passed("AWS_CLI_HELP_OUTPUT", &["cli_help_output"], Unset),
    passed("AWS_CSM_CLIENT_ID", &["csm_client_id"], Counts),
    passed("AWS_CSM_ENABLED", &["csm_enabled"], False),
    passed("AWS_CSM_HOST", &["csm_host"], Unset),
    passed("AWS_CSM_PORT", &["csm_port"], Unset),
    passed("AWS_DATA_PATH", &["data_path"], Unset),
    passed("AWS_DEFAULTS_MODE", &["defaults_mode"], Unset),
    passed("AWS_DEFAULT_OUTPUT", &["output"], Unset),
    passed(
        "AWS_DISABLE_HOST_PREFIX_INJECTION",
        &["disable_host_prefix_injection"],
        False,
    ),
    passed(
        "AWS_DISABLE_REQUEST_COMPRESSION",
        &["disable_request_compression"],
        False,
    ),
    passed(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        &["ec2_metadata_service_endpoint"],
        Unset,
    ),
    passed(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        &["ec2_metadata_service_endpoint_mode"],
        Unset,
    ),
    passed(
        "AWS_EC2_METADATA_V1_DISABLED",
        &["ec2_metadata_v1_disabled"],
        False,
    ),
    // botocore's name, then the one of the other SDKs.
    passed(
        "AWS_ENDPOINT_DISCOVERY_ENABLED",
        &["endpoint_discovery_enabled"],
        Unset,
    ),
    passed(
        "AWS_ENABLE_ENDPOINT_DISCOVERY",
        &["endpoint_discovery_enabled"],
        Unset,
    ),
    passed(
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        &["ignore_configured_endpoint_urls"],
        False,
    ),
    passed("AWS_IMDS_USE_IPV6", &["imds_use_ipv6"], False),
    passed("AWS_MAX_ATTEMPTS", &["max_attempts"], Unset),
    passed(
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
        &["metadata_service_num_attempts"],
        Unset,
    ),
    passed(
        "AWS_METADATA_SERVICE_TIMEOUT",
        &["metadata_service_timeout"],
        Unset,
    ),
    passed("AWS_PAGER", &["cli_pager"], Counts),
    passed(
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        &["request_checksum_calculation"],
        Unset,
    ),
    passed(
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        &["request_min_compression_size_bytes"],
        Unset,
    ),
    passed(
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        &["response_checksum_validation"],
        Unset,
    ),
    passed("AWS_RETRY_MODE", &["retry_mode"], Unset),
    passed(
        "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
        &["s3_disable_express_session_auth"],
        False,
    ),
    passed(
        "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
        &[
            "s3_disable_multiregion_access_points",
            "s3.s3_disable_multiregion_access_points",
        ],
        False,
    ),
    passed(
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
        &[
            "s3_us_east_1_regional_endpoint",
            "s3.us_east_1_regional_endpoint",
        ],
        Unset,
    ),
    passed(
        "AWS_S3_USE_ARN_REGION",
        &["s3_use_arn_region", "s3.use_arn_region"],
        False,
    ),
    passed("AWS_SDK_UA_APP_ID", &["sdk_ua_app_id"], Counts),
    passed(
        "AWS_SIGV4A_SIGNING_REGION_SET",
        &["sigv4a_signing_region_set"],
        Unset,
    ),
    passed(
        "AWS_STS_REGIONAL_ENDPOINTS",
        &["sts_regional_endpoints"],
        Unset,
    ),
    passed(
        "AWS_USE_DUALSTACK_ENDPOINT",
        &["use_dualstack_endpoint"],
        False,
    ),
    passed("AWS_USE_FIPS_ENDPOINT", &["use_fips_endpoint"], False),
    passed("BOTOCORE_TCP_KEEPALIVE", &["tcp_keepalive"], False),
];

/// Settings that the AWS CLI and the SDKs read, and that no variable can carry.
pub(super) const WITHOUT_VARIABLE: [&str; 9] = [
    "api_versions",
    "cli_binary_format",
    "cli_follow_urlparam",
    "cli_history",
    "cli_timestamp_format",
    "parameter_validation",
    "proxy_ca_bundle",
    "proxy_client_cert",
    "proxy_use_forwarding_for_https",
];
/// Groups of them: a service, and its settings below it.
pub(super) const GROUPS: [&str; 10] = [
    "cloudwatch",
    "dynamodb",
    "ec2",
    "emr",
    "emrcontainers",
    "iam",
    "lambda",
    "s3",
    "s3api",
    "s3control",
];

impl Passed {
    /// The value that the profile has for it, as botocore reads it.
    pub(super) fn value<'p>(&self, profile: &'p Profile<'_>) -> Option<&'p str> {
        let written = |name: &&str| match name.split_once('.') {
            Some((group, key)) => profile.nested(group, key),
            None => profile.written(name),
        };
        let value = self.settings.iter().find_map(written)?;
        match (value, self.empty) {
            ("", Unset) => None,
            ("", False) => Some("false"),
            _ => Some(value),
        }
    }

    /// Whether the caller has the variable. An empty one counts where it means something.
    pub(super) fn is_callers(&self, env: &Environment) -> bool {
        match self.empty {
            Counts => env.get(self.variable).is_some(),
            Unset | False => env.text(self.variable).is_some(),
        }
    }
}
