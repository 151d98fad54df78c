//! The ways to AWS: proxies and what is excepted from them, private authorities.

use std::process::Command;

use crate::harness::{World, finish, has};
use crate::internet::Internet;

/// A login of the story's user, at the region of his profile.
fn login(world: &World, internet: &Internet) -> Command {
    let code = world.code();
    let mut command = world.mfaexec(&["login", "--fresh", "-p", "testuser", "-c", &code]);
    internet.lead(&mut command);
    command
}

const HOST: &str = "sts.eu-central-1.amazonaws.com";

#[test]
fn a_ca_bundle_of_the_profile_or_of_the_environment() {
    let world = World::new();
    let internet = Internet::new(&world);
    let bundle = |line: &str| {
        world.write_config(&format!(
            "[profile testuser]\nregion = eu-central-1\nmfa_serial = {}\n{line}",
            crate::harness::SERIAL
        ));
        let mut command = login(&world, &internet);
        command.env_remove("AWS_CA_BUNDLE");
        command
    };
    let error = finish(&mut bundle("")).fails(1);
    has(&error, &["cannot prove who it is", "AWS_CA_BUNDLE"]);
    assert!(world.aws.journal().is_empty());
    let here = format!("ca_bundle = {}\n", internet.ca.display());
    finish(&mut bundle(&here)).succeeds();
    // As the AWS CLI reads it, whose HTTP library expands it.
    finish(&mut bundle("ca_bundle = ~/authority.pem\n")).succeeds();
    let mut command = world.mfaexec(&["-p", "testuser", "--", "printenv", "AWS_CA_BUNDLE"]);
    let shown = finish(internet.lead(&mut command).env_remove("AWS_CA_BUNDLE")).succeeds();
    assert_eq!(shown.trim(), internet.ca.to_str().unwrap());
    finish(bundle("").env("AWS_CA_BUNDLE", "~/authority.pem")).succeeds();
    // The variable overrides the profile, and nothing is trusted beside it.
    let nowhere = "ca_bundle = /nonexistent\n";
    finish(bundle(nowhere).env("AWS_CA_BUNDLE", &internet.ca)).succeeds();
    let error = finish(bundle(&here).env("AWS_CA_BUNDLE", "/nonexistent")).fails(1);
    has(&error, &["/nonexistent", "AWS_CA_BUNDLE"]);
    let error = finish(&mut bundle(nowhere)).fails(1);
    has(&error, &["/nonexistent", ".aws/config, line 4"]);
}

#[test]
fn a_proxy_is_found_by_each_of_its_variables() {
    let world = World::new();
    let internet = Internet::new(&world);
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let mut command = login(&world, &internet);
        command
            .env_remove("HTTPS_PROXY")
            .env(variable, internet.proxy());
        finish(&mut command).succeeds();
        assert_eq!(internet.hosts(), [HOST], "{variable}");
    }
    // Without a scheme it is http.
    let mut command = login(&world, &internet);
    command.env("HTTPS_PROXY", internet.proxy().replace("http://", ""));
    finish(&mut command).succeeds();
    assert_eq!(internet.hosts(), [HOST]);
}

#[test]
fn a_proxy_gets_its_password_and_learns_the_host_alone() {
    let world = World::new();
    let internet = Internet::new(&world);
    let proxy = internet.proxy().replace("http://", "http://me:p%40ss@");
    let mut command = login(&world, &internet);
    finish(command.env("HTTPS_PROXY", proxy)).succeeds();
    let heads = internet.heads();
    let [head] = &heads[..] else {
        panic!("not one connection: {heads:?}")
    };
    // me:p@ss, in Base64.
    has(head, &[HOST, "Basic bWU6cEBzcw=="]);
    for secret in ["TokenCode", "AKIA", "AWS4-HMAC-SHA256"] {
        assert!(!head.contains(secret), "{head}");
    }
}

#[test]
fn what_is_excepted_is_reached_without_the_proxy() {
    let world = World::new();
    let internet = Internet::new(&world);
    let cases = [
        ("localhost", "NO_PROXY", "", true),
        ("localhost", "NO_PROXY", "example.com", true),
        ("localhost", "NO_PROXY", "localhost", false),
        ("localhost", "no_proxy", "localhost", false),
        ("localhost", "NO_PROXY", "example.com, .localhost", false),
        ("localhost", "NO_PROXY", "*", false),
        ("127.0.0.1", "NO_PROXY", "localhost", true),
        ("127.0.0.1", "NO_PROXY", "127.0.0.1", false),
        ("127.0.0.1", "NO_PROXY", "127.0.0.0/8", false),
    ];
    for (name, variable, except, through) in cases {
        let mut command = login(&world, &internet);
        command
            .env("AWS_ENDPOINT_URL_STS", internet.direct(name))
            .env(variable, except);
        finish(&mut command).succeeds();
        let hosts = internet.hosts();
        assert_eq!(!hosts.is_empty(), through, "{name} {variable}={except}");
        let place = internet.direct(name);
        assert!(hosts.iter().all(|host| place.ends_with(host)), "{hosts:?}");
    }
}
