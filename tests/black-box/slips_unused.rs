//! What is there and not used: sections, services, keys of the environment.

use crate::harness::{SERIAL, World, finish, has};
use crate::slips::{meant, refused, run, world};

#[test]
fn a_section_that_does_not_count_makes_nobody_another_one() {
    let cases = [
        (
            "[me]\nrole_arn = $ROLE/readonly\nsource_profile = base",
            "[profile me]",
        ),
        (
            "[profle me]\nrole_arn = $ROLE/readonly\nsource_profile = base",
            "[profile me]",
        ),
        ("[Profile me]\nmfaexec_confirm = true", "[profile me]"),
        ("[profile: me]\nrole_arn = $ROLE/readonly", "[profile me]"),
    ];
    for (config, words) in cases {
        let world = world(config);
        refused(&world, "me", &["does not count", "line 3", "line 4", words]);
    }
    let world = world("[me]\nregion = eu-west-1");
    let said = run(&world, "me");
    has(&said.stderr, &["does not count", "line 3", "[profile me]"]);
    said.succeeds();
}

#[test]
fn services_that_are_not_there_take_no_code_elsewhere() {
    let services = "[services local]\nsts =\n  endpoint_url = http://127.0.0.1:1\n";
    let config = format!("[profile me]\nmfa_serial = {SERIAL}\nservices = lcoal\n");
    let other = world(&format!("{config}{services}"));
    let words = [
        "[services lcoal]",
        ".aws/config, line 5",
        "did you mean services = local?",
    ];
    refused(&other, "me", &words);
    has(&other.run(&["explain", "-p", "me"]).fails(1), &words);
    let other = world(&config);
    other.write_credentials(&meant(
        &services.replace("[services local]", "[me]\n$KEY\n[services lcoal]"),
    ));
    refused(
        &other,
        "me",
        &["[services lcoal]", "credentials does not count"],
    );
    let other = world(&format!("{config}[service lcoal]\n"));
    refused(&other, "me", &["line 6", "write [services lcoal]"]);
    // Where configured endpoints do not count, neither do these.
    let code = other.code();
    let mut command = other.mfaexec(&["explain", "-p", "me", "-c", &code]);
    finish(command.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")).succeeds();
}

#[test]
fn an_sso_session_and_its_profile_say_the_same() {
    let profile =
        "[profile my]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n";
    let session =
        "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";
    for line in [
        "sso_region = eu-west-2",
        "sso_start_url = https://other.example/start",
    ] {
        let key = line.split(' ').next().unwrap();
        let world = world(&format!("{profile}{line}\n{session}"));
        refused(
            &world,
            "my",
            &[key, "line 7", "[sso-session corp]", "two values"],
        );
    }
    let world = self::world(&format!("{profile}[sso-session cord]\n"));
    refused(
        &world,
        "my",
        &["[sso-session corp]", "does not exist", "sso_session = cord"],
    );
    let world = self::world(&format!(
        "{profile}{}",
        session.replace("sso-session", "sso_session")
    ));
    refused(&world, "my", &["line 7", "write [sso-session corp]"]);
    let world = self::world(&format!("{profile}{session}sso_region = eu-west-2\n"));
    refused(
        &world,
        "my",
        &[
            "[sso-session corp] has two values for sso_region",
            "line 8",
            "line 10",
        ],
    );
    let world = self::world(&format!("{profile}sso_region = eu-west-1\n{session}"));
    world.run(&["explain", "-p", "my"]).succeeds();
}

#[test]
fn keys_of_the_environment_that_are_not_used_are_named() {
    let world = World::new();
    world.write_config(&meant("[default]\nmfa_serial = $SERIAL\n"));
    world.write_credentials(&meant("[default]\n$KEY\n"));
    world.sign_in_as("default");
    let session = [
        ("AWS_ACCESS_KEY_ID", "ASIAOTHERUSEREXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];
    let old = [
        ("AWS_ACCESS_KEY_ID", "AKIAOTHERUSEREXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SECURITY_TOKEN", "old"),
    ];
    for variables in [session, old] {
        let says = |args: &[&str]| finish(world.mfaexec(args).envs(variables));
        let id = variables[0].1;
        let said = says(&["--", "true"]);
        has(&said.stderr, &[id, "is not used", "-p default"]);
        said.succeeds();
        has(
            &says(&["explain"]).succeeds(),
            &["notice", id, "-p default"],
        );
        assert_eq!(says(&["-q", "--", "true"]).stderr, "");
        assert_eq!(says(&["-p", "default", "--", "true"]).stderr, "");
        assert_eq!(
            finish(
                world
                    .mfaexec(&["--", "true"])
                    .envs(variables)
                    .env("AWS_PROFILE", "default")
            )
            .stderr,
            ""
        );
    }
    let mut command = world.mfaexec(&["--", "true"]);
    let said = finish(
        command
            .env("AWS_ROLE_ARN", "x")
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
    );
    has(
        &said.stderr,
        &["AWS_WEB_IDENTITY_TOKEN_FILE", "is not used", "-p default"],
    );
    assert_eq!(world.run(&["--", "true"]).stderr, "");
}
