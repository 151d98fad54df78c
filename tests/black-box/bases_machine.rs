//! `credential_source`: a role assumed with the keys of an EC2 instance or of a container. This machine
//! holds them anyway, so they are never kept; the role's session is.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{SERIAL, Said, World, finish, has};
use crate::provided::{DEPLOYER, Keys, NOWHERE, StandIn, calls, tells, whoami};

pub(crate) fn config(world: &World, source: &str, more: &str) {
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nregion = eu-central-1\nrole_arn = {DEPLOYER}\n\
         credential_source = {source}\n{more}"
    ));
}

/// Runs the role twice: it is assumed straight, once, and the notice is said with it.
#[track_caller]
pub(crate) fn role(world: &World, source: &str, run: impl Fn(&[&str]) -> Said) {
    let before = calls(world, 0).len();
    let args = [&["-p", "deploy"], &whoami()[..]].concat();
    let said = run(&args);
    tells(&said, "deploy", source);
    has(&said.succeeds(), &["assumed-role/deployer/"]);
    let again = run(&args);
    assert_eq!(again.stderr, "");
    again.succeeds();
    // A machine's keys are no user's; others are asked for the name of the role's session.
    let names_user = source == "the environment";
    let mut asked = vec!["GetCallerIdentity"; usize::from(names_user)];
    asked.extend(["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]);
    assert_eq!(calls(world, before), asked);
    let status = world.run(&["status"]).succeeds();
    assert!(!status.contains("temporary keys"), "{status}");
    // A role that is got anew asks its source anew.
    let fresh = run(&["-p", "deploy", "--fresh", "--", "true"]);
    tells(&fresh, "deploy", source);
}

/// A role that wants MFA, and keys that were got without.
#[track_caller]
pub(crate) fn cannot_prove(error: &str, source: &str) {
    let proof = format!("if the trust policy asks for MFA, the keys of {source} cannot prove any");
    has(error, &[DEPLOYER, "is not authorized", &proof]);
}

/// An instance's metadata, the second version of it: a token first, then the role's name and its
/// keys.
fn instance(world: &World, keys: &Keys) -> StandIn {
    let answer = keys.answered();
    StandIn::start(world, move |request| {
        let path = "/latest/meta-data/iam/security-credentials/";
        if request.starts_with("PUT /latest/api/token ") {
            return Some((200, "metadata-token".to_owned()));
        }
        if !request.contains("x-aws-ec2-metadata-token: metadata-token\r\n") {
            return Some((401, String::new()));
        }
        let line = request.lines().next().unwrap();
        Some(match line {
            _ if line.starts_with(&format!("GET {path} ")) => (200, "of-instance".to_owned()),
            _ if line.starts_with(&format!("GET {path}of-instance ")) => (200, answer.clone()),
            _ => (404, String::new()),
        })
    })
}

fn on_instance(world: &World, args: &[&str], endpoint: &str) -> Command {
    let mut command = world.mfaexec(args);
    command
        .env_remove("AWS_EC2_METADATA_DISABLED")
        // What this machine offers takes no proxy, whatever is excepted from it.
        .env_remove("NO_PROXY")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint);
    command
}

#[test]
fn the_metadata_of_an_instance() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    let weak = Keys::without_mfa(&world);
    let source = "the instance's metadata";
    let instance_url = instance(&world, &keys).url();
    config(&world, "Ec2InstanceMetadata", "");
    role(&world, source, |args| {
        finish(&mut on_instance(&world, args, &instance_url))
    });
    // The endpoint may stand in the profile, and only there: no other file or profile is read.
    config(
        &world,
        "Ec2InstanceMetadata",
        &format!(
            "ec2_metadata_service_endpoint = {instance_url}\n\
             [default]\nec2_metadata_service_endpoint = {NOWHERE}\n"
        ),
    );
    let args = ["-p", "deploy", "--fresh", "--", "true"];
    let mut command = on_instance(&world, &args, "");
    finish(command.env_remove("AWS_EC2_METADATA_SERVICE_ENDPOINT")).succeeds();
    let weak = instance(&world, &weak).url();
    cannot_prove(
        &finish(&mut on_instance(&world, &args, &weak)).fails(125),
        source,
    );
}

#[test]
fn metadata_that_is_not_there_is_an_error_within_seconds() {
    let world = World::new();
    config(&world, "Ec2InstanceMetadata", "");
    let args = ["-p", "deploy", "--", "true"];
    let fails = |command: &mut Command, parts: &[&str]| {
        let begun = Instant::now();
        let error = finish(command).fails(125);
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
        has(
            &error,
            &[
                "config, line 7",
                "the instance's metadata gives no keys for profile deploy",
            ],
        );
        has(&error, parts);
    };
    fails(
        &mut on_instance(&world, &args, NOWHERE),
        &["Connection refused", "on such a machine"],
    );
    // The usual address is none of the loopback's either.
    fails(
        &mut on_instance(&world, &args, "http://0.0.0.0:1"),
        &["Connection refused"],
    );
    // Who takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    fails(
        &mut on_instance(&world, &args, &silent),
        &["on such a machine"],
    );
    let empty = StandIn::start(&world, |request| match request.starts_with("PUT") {
        true => Some((200, "t".to_owned())),
        false => Some((404, String::new())),
    });
    fails(
        &mut on_instance(&world, &args, &empty.url()),
        &["404", "if a role is attached"],
    );
    fails(
        &mut on_instance(&world, &args, "no url at all"),
        &["no url at all"],
    );
    let mut off = on_instance(&world, &args, NOWHERE);
    fails(
        off.env("AWS_EC2_METADATA_DISABLED", "true"),
        &["AWS_EC2_METADATA_DISABLED"],
    );
    let mut mode = on_instance(&world, &args, "");
    mode.env_remove("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5");
    has(
        &finish(&mut mode).fails(125),
        &["endpoint mode IPv5", "IPv4 or IPv6"],
    );
}

#[test]
fn the_endpoint_of_a_container() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    let weak = Keys::without_mfa(&world);
    let source = "the container's endpoint";
    config(&world, "EcsContainer", "");
    let container = |keys: &Keys| {
        let answer = keys.answered();
        StandIn::start(&world, move |request| {
            let allowed = request.starts_with("GET /get-credentials?a=b ")
                && request.contains("authorization: Basic abc\r\n");
            Some(match allowed {
                true => (200, answer.clone()),
                false => (401, "who are you?".to_owned()),
            })
        })
    };
    let at = |args: &[&str], url: &str, token: &str| {
        let mut command = world.mfaexec(args);
        command
            .env_remove("NO_PROXY")
            .env(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                format!("{url}/get-credentials?a=b"),
            )
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", token);
        finish(&mut command)
    };
    let good = container(&keys).url();
    role(&world, source, |args| at(args, &good, "Basic abc"));
    let args = ["-p", "deploy", "--fresh", "--", "true"];
    let weak = container(&weak).url();
    cannot_prove(&at(&args, &weak, "Basic abc").fails(125), source);
    let what = "the container's endpoint gives no keys for profile deploy";
    for (url, token, cause) in [
        (good.as_str(), "Basic other", "401"),
        (NOWHERE, "Basic abc", "Connection refused"),
        // The token goes to this machine or to a container's host.
        ("http://192.0.2.1", "Basic abc", "allowed IP address"),
    ] {
        let begun = Instant::now();
        has(
            &at(&args, url, token).fails(125),
            &[what, "config, line 7", cause],
        );
        assert!(begun.elapsed() < Duration::from_secs(10), "{url}");
    }
    let error = world.run(&args).fails(125);
    has(
        &error,
        &["finds no container", "AWS_CONTAINER_CREDENTIALS_FULL_URI"],
    );
}
