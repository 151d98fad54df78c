//! `explain` tells what a run does: held against what runs have sent.

use serde_json::Value;

use crate::dialogs::detached;
use crate::harness::{SERIAL, World, finish, has};

pub(crate) const ROLES: &str = "arn:aws:iam::123456789012:role/";

pub(crate) fn explained(world: &World, args: &[&str]) -> Value {
    let printed = world
        .run(&[&["explain", "--json"], args].concat())
        .succeeds();
    serde_json::from_str(&printed).expect("JSON")
}

#[test]
fn everything_has_its_origin_and_nothing_is_sent() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nrole_arn = {ROLES}deployer\nsource_profile = testuser\n\
         mfaexec_min_ttl = 5m\nexternal_id = x-1\n"
    ));
    let mut command = detached(&world, &["explain", "-p", "deploy", "-d", "20m"]);
    command.env_remove("DISPLAY");
    let text = finish(command.env("AWS_PROFILE", "x").env("FOO", "bar")).succeeds();
    let config = world.home().join(".aws/config");
    let at = |line: u32| format!("({}, line {line})", config.display());
    has(
        &text,
        &[
            "deploy, which uses testuser, which uses the key AKIAIOSFODNN7EXAMPLE",
            &format!("role               {ROLES}deployer   {}", at(5)),
            "role session name  to be found   (sts:GetCallerIdentity)",
            &format!("external id        x-1   {}", at(8)),
            "access key         AKIAIOSFODNN7EXAMPLE   (",
            &format!("mfa serial         {SERIAL}   {}", at(3)),
            "mfa session        4h   (the default)",
            "duration           20m   (--duration)",
            &format!("min ttl            5m   {}", at(7)),
            &format!("region             eu-central-1   {}", at(2)),
            "sts endpoint       http://127.0.0.1:",
            "session            MFA session: will be requested for 4h",
            "will be requested for 20m: there is no session yet",
            "request            sts GetSessionToken, 4h, with a code",
            &format!("request            sts AssumeRole {ROLES}deployer, 20m"),
            "code               one, and the run would fail: ",
            "environment        + AWS_ACCESS_KEY_ID=(the session's)",
            "environment        + AWS_ACCOUNT_ID=123456789012",
            "environment        + MFAEXEC_PROFILE=deploy",
            "environment        - AWS_PROFILE",
        ],
    );
    assert!(
        !text.contains("FOO") && !text.contains("wJalrXUtnFEMI"),
        "{text}"
    );
    assert!(world.aws.journal().is_empty());
    // With a cached session there is nothing left to do.
    let code = world.code();
    world
        .run(&["login", "-p", "deploy", "-c", &code])
        .succeeds();
    let text = world.run(&["explain", "-p", "deploy"]).succeeds();
    has(
        &text,
        &[
            "cached, ",
            "MFA session: not needed",
            "requests           none",
            "code               none",
        ],
    );
    let text = world
        .run(&["explain", "-p", "deploy", "--fresh", "--no-input"])
        .succeeds();
    has(
        &text,
        &[
            "MFA session: cached, ",
            "a new one was asked for",
            "request            sts AssumeRole",
        ],
    );
    has(
        &world.run(&["explain", "-p", "deplyo"]).fails(1),
        &["did you mean deploy?"],
    );
    assert!(world.run(&["clear", "-q"]).code == Some(0));
    let text = world
        .run(&["explain", "-p", "deploy", "--no-input"])
        .succeeds();
    has(&text, &["the run would fail: --no-input was given"]);
}

#[test]
fn at_a_terminal_the_key_is_checked_while_the_code_is_typed() {
    let world = World::new();
    let mut terminal = world.at_terminal(&["explain", "-p", "testuser"]);
    let text = terminal.exp_eof().unwrap();
    has(
        &text,
        &[
            "request            sts GetCallerIdentity\r\n",
            "request            sts GetSessionToken, 4h, with a code\r\n",
            "code               one, asked for on the terminal\r\n",
        ],
    );
}

#[test]
fn the_environment_is_the_one_that_the_command_gets() {
    let world = World::new();
    world.sign_in(&[]);
    let args = ["-p", "testuser", "--no-input", "--region", "eu-west-3"];
    let environment = explained(&world, &args)["environment"].clone();
    let printed = world.run(&[&args[..], &["--", "env"]].concat()).succeeds();
    let caller = finish(&mut world.program("env")).succeeds();
    for line in printed
        .lines()
        .filter(|line| !caller.lines().any(|own| own == *line))
    {
        let (name, value) = line.split_once('=').unwrap();
        let told = environment["set"][name].as_str();
        let told = told.unwrap_or_else(|| panic!("{name} is not told of"));
        let of_the_session = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ];
        match of_the_session.contains(&name) {
            true => assert_eq!(told, "(the session's)"),
            false => assert_eq!(told, value, "{name}"),
        }
    }
    assert_eq!(
        environment["set"].as_object().unwrap().len(),
        printed.lines().count() - caller.lines().count()
    );
}

#[test]
fn an_account_is_told_only_where_the_run_sets_it() {
    for (setting, options) in [
        (format!("mfa_serial = {SERIAL}"), &["--without-mfa"][..]),
        (String::new(), &["--without-mfa"]),
        ("mfa_serial = GAHT12345678".to_owned(), &["-c", "CODE"]),
        (format!("mfa_serial = {SERIAL}"), &["-c", "CODE"]),
        (
            "mfaexec_expected_account = 123456789012".to_owned(),
            &["--without-mfa"],
        ),
    ] {
        let world = World::new();
        let user = match setting.contains("GAHT") {
            true => "hardware",
            false => "testuser",
        };
        world.write_config(&format!("[profile {user}]\n{setting}\n"));
        let code = world.code_of(user);
        let options = options.iter().map(|word| match *word {
            "CODE" => code.as_str(),
            word => word,
        });
        let options: Vec<&str> = ["-p", user].into_iter().chain(options).collect();
        let told = &explained(&world, &options)["environment"]["set"]["AWS_ACCOUNT_ID"];
        let run = [&options[..], &["--", "sh", "-c", "echo $AWS_ACCOUNT_ID"]].concat();
        let set = world.run(&run).succeeds();
        assert_eq!(
            told.is_string(),
            set != "\n",
            "{setting} {options:?}: {told}"
        );
    }
}

#[test]
fn what_would_be_refused_is_told_and_no_word_of_a_program_is() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nmfaexec_expected_account = 210987654321\n\
         mfa_process = oathtool --totp -b JBSWY3DPEHPK3PXP\n"
    ));
    let told = explained(&world, &["-p", "testuser"]);
    has(
        told["refused"].as_str().unwrap(),
        &["not in the account", "210987654321"],
    );
    let text = world
        .run(&["explain", "-p", "testuser", "--min-ttl", "5h"])
        .succeeds();
    has(
        &text,
        &[
            "mfa process        oathtool   (",
            "refused            --min-ttl 5h can never be met",
        ],
    );
    assert!(
        !text.contains("JBSWY3DP") && !told.to_string().contains("JBSWY3DP"),
        "{text}"
    );
    // Inside another run the difference is to what is there.
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\nregion = eu-west-1\n\
                                 [profile otheruser]\n"
    ));
    world.sign_in(&[]);
    let inner = ["explain", "--json", "-p", "otheruser"];
    let mut command = world.mfaexec(&[
        "-p",
        "testuser",
        "--no-input",
        "--",
        crate::harness::MFAEXEC,
    ]);
    let told: Value = serde_json::from_str(&finish(command.args(inner)).succeeds()).unwrap();
    let removed = told["environment"]["removed"].as_array().unwrap();
    assert!(removed.contains(&"AWS_REGION".into()), "{removed:?}");
}

#[test]
fn settings_that_no_variable_carries_are_listed() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\ncli_timestamp_format = iso8601\ns3 =\n  \
         max_concurrent_requests = 20\n  use_arn_region = true\n[default]\ns3 =\n  \
         addressing_style = path\n"
    ));
    let config = world.home().join(".aws/config");
    let text = world.run(&["explain", "-p", "testuser"]).succeeds();
    let listed: Vec<&str> = text
        .lines()
        .filter(|l| l.starts_with("not passed on"))
        .collect();
    let why = "no variable carries it, the command reads [default]";
    let expected = [
        ("cli_timestamp_format", 3),
        ("s3.max_concurrent_requests", 4),
    ]
    .map(|(name, line)| {
        format!(
            "not passed on      {name}   ({}, line {line}): {why}",
            config.display()
        )
    });
    assert_eq!(listed, expected);
    let told = explained(&world, &["-p", "testuser"]);
    let names: Vec<_> = told["environment"]["not_passed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert_eq!(
        names,
        ["cli_timestamp_format", "s3.max_concurrent_requests"]
    );
    // These reach the command, which reads them itself.
    world.write_credentials("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
    let told = explained(&world, &["-p", "default"]);
    assert_eq!(told["environment"]["not_passed"], Value::Array(Vec::new()));
}
