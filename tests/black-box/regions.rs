//! `mfaexec regions`: in which regions STS is on for the account, by the long-term key alone.

use std::time::Duration;

use local_aws::{Account, Fault};
use serde_json::{Value, json};

use crate::harness::{World, finish, has, terminal};
use crate::internet::Internet;

/// The region of each row, with what is said about it.
fn rows(text: &str) -> Vec<(String, String)> {
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["REGION", "STS"]
    );
    lines
        .map(|line| line.split_once("  ").unwrap())
        .map(|(region, sts)| (region.to_owned(), sts.trim().to_owned()))
        .collect()
}

fn in_region(rows: &[(String, String)], region: &str) -> String {
    let row = rows.iter().find(|(name, _)| name == region);
    row.unwrap_or_else(|| panic!("no {region}")).1.clone()
}

/// STS off in one region, and one that is not enabled.
fn world() -> World {
    let world = World::new();
    world.aws.edit(|account| {
        account.disabled_regions = vec!["eu-west-3".into()];
        account.regions_not_enabled = vec!["af-south-1".into(), "ap-east-1".into()];
    });
    world
}

#[test]
fn each_region_of_the_partition_with_what_sts_is_there() {
    let world = world();
    let said = world.run(&["regions", "-p", "testuser"]);
    has(
        &said.stderr,
        &["STS is on in ", " regions, off in 1; 2 not enabled"],
    );
    let rows = rows(&said.succeeds());
    assert!(rows.len() > 33, "{rows:?}");
    for (region, sts) in [
        ("eu-central-1", "on"),
        ("us-east-1", "on"),
        ("eu-west-3", "off"),
        ("af-south-1", "not enabled"),
        ("ap-east-1", "not enabled"),
    ] {
        assert_eq!(in_region(&rows, region), sts, "{region}");
    }
    let others = rows.iter().filter(|(_, sts)| sts != "on").count();
    assert_eq!(others, 3);
    let elsewhere = ["cn-", "us-gov-", "eusc-", "aws-global"];
    for (region, _) in &rows {
        assert!(!elsewhere.iter().any(|start| region.starts_with(start)));
    }
}

/// The key that can do nothing can do this: no code, no permission, and no session is kept.
#[test]
fn no_code_is_needed_and_nothing_is_kept() {
    let world = world();
    world
        .aws
        .edit(|account| account.user_mut("testuser").policies.clear());
    world.run(&["regions", "-p", "testuser"]).succeeds();
    for entry in world.aws.journal() {
        let what = (
            entry.action.as_str(),
            entry.had_token_code,
            entry.duration_seconds,
        );
        assert_eq!(what, ("GetSessionToken", false, Some(900)));
        assert!(!entry.had_session_token);
    }
    let status = world.run(&["status"]).succeeds();
    assert_eq!(status, "no cached sessions\n");
}

#[test]
fn json_for_programs() {
    let world = world();
    let said = world.run(&["regions", "-p", "testuser", "--json"]);
    assert_eq!(said.stderr, "");
    let json: Value = serde_json::from_str(&said.succeeds()).unwrap();
    let regions = json["regions"].as_array().unwrap();
    let of = |name: &str| {
        let row = regions.iter().find(|row| row["region"] == name);
        row.unwrap_or_else(|| panic!("no {name}"))["sts"].clone()
    };
    assert_eq!(of("eu-central-1"), "on");
    assert_eq!(of("eu-west-3"), "off");
    assert_eq!(of("af-south-1"), "not_enabled");
}

#[test]
fn many_at_a_time() {
    let world = world();
    let quick = std::time::Instant::now();
    world.run(&["regions", "-p", "testuser"]).succeeds();
    let quick = quick.elapsed();
    // Each answer takes a second. One after the other, that would be half a minute.
    world.aws.fault(Fault::Slow(Duration::from_secs(1)), 99);
    let slow = std::time::Instant::now();
    let said = world.run(&["regions", "-p", "testuser"]);
    let slow = slow.elapsed();
    let rows = rows(&said.succeeds());
    let in_turn = Duration::from_secs(rows.len() as u64);
    assert!(slow - quick < in_turn / 3, "{slow:?} after {quick:?}");
}

#[test]
fn what_gives_no_answer_is_named() {
    let world = world();
    world.aws.fault(Fault::Throttling, 1);
    world.aws.fault(Fault::CutBefore, 1);
    let said = world.run(&["regions", "-p", "testuser"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    // The table is there all the same.
    let rows = rows(&said.stdout);
    let unknown: Vec<&str> = rows
        .iter()
        .filter(|(_, sts)| sts == "no answer")
        .map(|(region, _)| region.as_str())
        .collect();
    assert_eq!(unknown.len(), 2, "{rows:?}");
    has(&said.stderr, &["mfaexec: 2 regions gave no answer: "]);
    has(&said.stderr, &unknown);
    has(&said.stderr, &["Rate exceeded (Throttling)", "  remedy: "]);

    world.aws.fault(Fault::Throttling, 1);
    let said = world.run(&["regions", "-p", "testuser", "--json"]);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    let regions = json["regions"].as_array().unwrap();
    let throttled = regions
        .iter()
        .filter(|row| row["error_code"] == "Throttling");
    for row in throttled.clone() {
        assert_eq!(row["sts"], Value::Null);
    }
    assert_eq!(throttled.count(), 1);
}

#[test]
fn a_key_that_no_region_knows() {
    let world = world();
    let error = world.run(&["regions", "-p", "leaver"]).fails(1);
    has(&error, &["AWS does not know the access key"]);
    let mut command = world.mfaexec(&["regions", "-p", "testuser"]);
    let error = finish(command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")).fails(1);
    has(&error, &["cannot reach STS"]);
}

/// A program of `credential_process` is run, and may give one or the other.
#[test]
fn a_long_term_key_of_a_program_can_tell_and_temporary_keys_cannot() {
    let world = world();
    let user = Account::story();
    let user = user.user("testuser");
    let key = json!({
        "Version": 1,
        "AccessKeyId": user.access_key_id(),
        "SecretAccessKey": user.secret_access_key(),
    });
    let mut borrowed = key.clone();
    borrowed["SessionToken"] = "a-token".into();
    borrowed["Expiration"] = "2099-01-01T00:00:00Z".into();
    for (name, given) in [("lent", key), ("borrowed", borrowed)] {
        world.write(&format!("{name}.json"), given.to_string());
    }
    world.write_config(
        "[profile lent]\ncredential_process = cat lent.json\n\
         [profile borrowed]\ncredential_process = cat borrowed.json\n",
    );
    let rows = rows(&world.run(&["regions", "-p", "lent"]).succeeds());
    assert_eq!(in_region(&rows, "eu-west-3"), "off");
    world.aws.clear_journal();
    let error = world.run(&["regions", "-p", "borrowed"]).fails(1);
    has(&error, &["long-term keys alone", "mfaexec regions -p NAME"]);
    assert!(world.aws.journal().is_empty());
}

/// The hosts are those of the partition, also where the profile wants the global endpoint.
#[test]
fn each_region_is_asked_at_its_own_host() {
    for (region, sts, other) in [
        (
            "eu-central-1",
            "sts.us-west-2.amazonaws.com",
            "sts.eu-west-1.amazonaws.com",
        ),
        (
            "cn-north-1",
            "sts.cn-north-1.amazonaws.com.cn",
            "sts.cn-northwest-1.amazonaws.com.cn",
        ),
    ] {
        let world = World::new();
        let internet = Internet::new(&world);
        world.write_config(&format!(
            "[profile testuser]\nregion = {region}\nsts_regional_endpoints = legacy\n"
        ));
        let mut command = world.mfaexec(&["regions", "-p", "testuser"]);
        // So many certificates at a time can be late; what counts is who was asked.
        finish(internet.lead(&mut command));
        let hosts = internet.hosts();
        for host in [sts, other] {
            assert!(
                hosts.iter().any(|asked| asked == host),
                "{host} in {hosts:?}"
            );
        }
        assert!(!hosts.iter().any(|asked| asked == "sts.amazonaws.com"));
    }
}

#[test]
fn a_bar_on_a_terminal_that_goes_away() {
    let world = world();
    let mut command = world.mfaexec(&["regions", "-p", "testuser"]);
    command.env("TERM", "xterm");
    let seen = terminal(command).exp_eof().unwrap();
    has(&seen, &["[####################] ", " regions\r"]);
    let table = seen.find("REGION").unwrap();
    assert!(!seen[table..].contains("[#"), "{seen:?}");
    for (options, term) in [(&["-q"][..], "xterm"), (&[], "dumb")] {
        let mut command = world.mfaexec(&["regions", "-p", "testuser"]);
        command.args(options).env("TERM", term);
        let seen = terminal(command).exp_eof().unwrap();
        assert!(
            !seen.contains("[#") && seen.starts_with("REGION"),
            "{seen:?}"
        );
    }
}
