//! What the command takes over from the profile: settings and endpoints, unless the caller has his
//! own.

use crate::child_environment::child;
use crate::harness::{SERIAL, World, finish};

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
    ];
    let mut config = format!("[profile testuser]\nmfa_serial = {}\n", SERIAL);
    for (_, key, value, _) in settings {
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
