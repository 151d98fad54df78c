//! What the command takes over from the profile: settings and endpoints, unless the caller has his
//! own.

use crate::child_environment::child;
use crate::harness::{SERIAL, World, finish, has};

#[test]
fn settings_of_the_profile_reach_the_command_unless_the_caller_has_his_own() {
    let world = World::new();
    world.sign_in(&[]);
    // Variable and key, the profile's value and the caller's.
    let settings = [
        (
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
            "false",
            "FALSE",
        ),
        (
            "AWS_USE_FIPS_ENDPOINT",
            "use_fips_endpoint",
            "false",
            "FALSE",
        ),
        (
            "AWS_USE_DUALSTACK_ENDPOINT",
            "use_dualstack_endpoint",
            "false",
            "FALSE",
        ),
        ("AWS_CA_BUNDLE", "ca_bundle", "/etc/hosts", "/etc/passwd"),
        (
            "AWS_STS_REGIONAL_ENDPOINTS",
            "sts_regional_endpoints",
            "regional",
            "legacy",
        ),
        ("AWS_RETRY_MODE", "retry_mode", "adaptive", "standard"),
        ("AWS_MAX_ATTEMPTS", "max_attempts", "7", "9"),
        (
            "AWS_DEFAULTS_MODE",
            "defaults_mode",
            "standard",
            "in-region",
        ),
        (
            "AWS_ACCOUNT_ID_ENDPOINT_MODE",
            "account_id_endpoint_mode",
            "required",
            "disabled",
        ),
        (
            "AWS_AUTH_SCHEME_PREFERENCE",
            "auth_scheme_preference",
            "sigv4a,sigv4",
            "sigv4",
        ),
        (
            "AWS_CLI_AUTO_PROMPT",
            "cli_auto_prompt",
            "on-partial",
            "off",
        ),
        ("AWS_CLI_ERROR_FORMAT", "cli_error_format", "json", "legacy"),
        (
            "AWS_CLI_HELP_OUTPUT",
            "cli_help_output",
            "browser",
            "terminal",
        ),
        ("AWS_CSM_CLIENT_ID", "csm_client_id", "me", "other"),
        ("AWS_CSM_ENABLED", "csm_enabled", "true", "false"),
        ("AWS_CSM_HOST", "csm_host", "localhost", "127.0.0.1"),
        ("AWS_CSM_PORT", "csm_port", "31001", "31002"),
        ("AWS_DATA_PATH", "data_path", "~/models", "/models"),
        ("AWS_DEFAULT_OUTPUT", "output", "table", "text"),
        (
            "AWS_DISABLE_HOST_PREFIX_INJECTION",
            "disable_host_prefix_injection",
            "true",
            "false",
        ),
        (
            "AWS_DISABLE_REQUEST_COMPRESSION",
            "disable_request_compression",
            "true",
            "false",
        ),
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "ec2_metadata_service_endpoint",
            "http://127.0.0.1:1",
            "http://127.0.0.1:2",
        ),
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "ec2_metadata_service_endpoint_mode",
            "IPv6",
            "IPv4",
        ),
        (
            "AWS_EC2_METADATA_V1_DISABLED",
            "ec2_metadata_v1_disabled",
            "true",
            "false",
        ),
        (
            "AWS_ENABLE_ENDPOINT_DISCOVERY",
            "endpoint_discovery_enabled",
            "true",
            "false",
        ),
        (
            "AWS_ENDPOINT_DISCOVERY_ENABLED",
            "endpoint_discovery_enabled",
            "true",
            "false",
        ),
        ("AWS_IMDS_USE_IPV6", "imds_use_ipv6", "true", "false"),
        (
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
            "metadata_service_num_attempts",
            "3",
            "4",
        ),
        (
            "AWS_METADATA_SERVICE_TIMEOUT",
            "metadata_service_timeout",
            "3",
            "4",
        ),
        ("AWS_PAGER", "cli_pager", "less -FRX", "cat"),
        (
            "AWS_REQUEST_CHECKSUM_CALCULATION",
            "request_checksum_calculation",
            "when_required",
            "when_supported",
        ),
        (
            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
            "request_min_compression_size_bytes",
            "1",
            "2",
        ),
        (
            "AWS_RESPONSE_CHECKSUM_VALIDATION",
            "response_checksum_validation",
            "when_required",
            "when_supported",
        ),
        (
            "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
            "s3_disable_express_session_auth",
            "true",
            "false",
        ),
        (
            "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
            "s3_disable_multiregion_access_points",
            "true",
            "false",
        ),
        (
            "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
            "s3_us_east_1_regional_endpoint",
            "regional",
            "legacy",
        ),
        (
            "AWS_S3_USE_ARN_REGION",
            "s3_use_arn_region",
            "true",
            "false",
        ),
        ("AWS_SDK_UA_APP_ID", "sdk_ua_app_id", "app", "other"),
        (
            "AWS_SIGV4A_SIGNING_REGION_SET",
            "sigv4a_signing_region_set",
            "*",
            "eu-west-1",
        ),
        ("BOTOCORE_TCP_KEEPALIVE", "tcp_keepalive", "true", "false"),
    ];
    let mut config = format!("[profile testuser]\nmfa_serial = {}\n", SERIAL);
    for (variable, key, value, _) in settings {
        if variable == "AWS_ENABLE_ENDPOINT_DISCOVERY" {
            // It has two variables.
            continue;
        }
        config.push_str(&format!("{key} = {value}\n"));
    }
    world.write_config(&config);
    let inherited = child(&world, &[], &[]);
    for (variable, _, value, _) in settings {
        assert_eq!(inherited[variable], value, "{variable}");
    }
    let own = settings.map(|(variable, _, _, own)| (variable, own));
    let kept = child(&world, &[], &own);
    for (variable, value) in own {
        assert_eq!(kept[variable], value, "{variable}");
    }
}

#[test]
fn endpoints_of_the_profile_reach_the_command_in_their_order() {
    let world = World::new();
    let url = world.aws.url();
    let config = format!(
        "[profile testuser]\nmfa_serial = {}\nendpoint_url = {url}\nservices = mine\n\
         [services mine]\nec2 =\n  endpoint_url = {url}/ec2\nelastic_beanstalk =\n  endpoint_url = \
         {url}/eb\n",
        SERIAL
    );
    world.write_config(&config);
    let code = world.code();
    let arguments = ["-p", "testuser", "-c", &code, "--", "env"];
    let mut command = world.mfaexec(&arguments);
    let printed = finish(command.env_remove("AWS_ENDPOINT_URL")).succeeds();
    for line in [
        format!("AWS_ENDPOINT_URL={url}\n"),
        format!("AWS_ENDPOINT_URL_EC2={url}/ec2\n"),
        format!("AWS_ENDPOINT_URL_ELASTIC_BEANSTALK={url}/eb\n"),
    ] {
        assert!(printed.contains(&line), "{line} is missing in:\n{printed}");
    }
    // The caller's for a service stays beside those of the profile for others.
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "env"]);
    command.env_remove("AWS_ENDPOINT_URL");
    let own = format!("{url}/own");
    let printed = finish(command.env("AWS_ENDPOINT_URL_EC2", &own)).succeeds();
    for line in [
        format!("AWS_ENDPOINT_URL={url}\n"),
        format!("AWS_ENDPOINT_URL_EC2={own}\n"),
        format!("AWS_ENDPOINT_URL_ELASTIC_BEANSTALK={url}/eb\n"),
    ] {
        assert!(printed.contains(&line), "{line} is missing in:\n{printed}");
    }
    // The caller's AWS_ENDPOINT_URL overrides all of a profile's, and still does afterwards.
    let child = child(&world, &[], &[]);
    assert_eq!(child["AWS_ENDPOINT_URL"], url);
    assert!(!child.contains_key("AWS_ENDPOINT_URL_EC2"));
}

#[test]
fn an_empty_setting_is_passed_as_botocore_reads_it() {
    let world = World::new();
    world.sign_in(&[]);
    let config = |settings: &str| {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n{settings}"
        ));
    };
    config("cli_pager =\nsdk_ua_app_id =\nuse_fips_endpoint =\noutput =\nmax_attempts =\n");
    let passed = child(&world, &[], &[]);
    let value = |name: &str| passed.get(name).map(String::as_str);
    assert_eq!(value("AWS_PAGER"), Some(""), "no pager");
    assert_eq!(value("AWS_SDK_UA_APP_ID"), Some(""));
    assert_eq!(value("AWS_USE_FIPS_ENDPOINT"), Some("false"));
    assert_eq!(value("AWS_DEFAULT_OUTPUT"), None);
    assert_eq!(value("AWS_MAX_ATTEMPTS"), None);
    // The caller's own, where nothing is something, and where it is not.
    config("cli_pager = less\noutput = table\n");
    let passed = child(
        &world,
        &[],
        &[("AWS_PAGER", ""), ("AWS_DEFAULT_OUTPUT", "")],
    );
    assert_eq!(passed["AWS_PAGER"], "");
    assert_eq!(passed["AWS_DEFAULT_OUTPUT"], "table");
}

#[test]
fn settings_of_s3_that_have_a_variable_are_passed_from_both_places() {
    let world = World::new();
    world.sign_in(&[]);
    let passed = |settings: &str| {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n{settings}"
        ));
        child(&world, &[], &[])
    };
    let group = passed(
        "s3 =\n  use_arn_region = true\n  us_east_1_regional_endpoint = regional\n  \
         s3_disable_multiregion_access_points = true\n  max_queue_size = 7\n",
    );
    assert_eq!(group["AWS_S3_USE_ARN_REGION"], "true");
    assert_eq!(group["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"], "regional");
    assert_eq!(group["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"], "true");
    let both = passed("s3_use_arn_region = false\ns3 =\n  use_arn_region = true\n");
    assert_eq!(both["AWS_S3_USE_ARN_REGION"], "false");
}

#[test]
fn a_run_inside_takes_back_what_was_passed() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\ncli_pager =\noutput = table\n\
         [profile plain]\nsource_profile = testuser\nmfa_serial = {SERIAL}\n"
    ));
    world.sign_in(&[]);
    let inner = [
        crate::harness::MFAEXEC,
        "-p",
        "plain",
        "--no-input",
        "--",
        "env",
    ];
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--"]);
    let printed = finish(command.args(inner)).succeeds();
    for name in ["AWS_PAGER=", "AWS_DEFAULT_OUTPUT="] {
        assert!(!printed.contains(name), "{name} in:\n{printed}");
    }
}

#[test]
fn an_account_of_the_callers_is_replaced_and_that_is_said() {
    let world = World::new();
    world.sign_in(&[]);
    let told = "AWS_ACCOUNT_ID=210987654321 of your environment is replaced by the account of the \
                session, 123456789012";
    let run = |arguments: &[&str], account: &str| {
        let mut command = world.mfaexec(arguments);
        finish(command.env("AWS_ACCOUNT_ID", account))
    };
    let mfaexec = ["-p", "testuser", "--no-input", "-v", "--", "true"];
    has(&run(&mfaexec, "210987654321").stderr, &[told]);
    assert!(
        !run(&mfaexec, "123456789012")
            .stderr
            .contains("AWS_ACCOUNT_ID")
    );
    let quiet = ["-p", "testuser", "--no-input", "--", "true"];
    assert_eq!(run(&quiet, "210987654321").stderr, "");
    let explain = ["explain", "-p", "testuser"];
    has(&run(&explain, "210987654321").succeeds(), &[told]);
    assert!(!run(&explain, "123456789012").succeeds().contains("notice"));
}
