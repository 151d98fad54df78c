//! Misspelt settings, and those of other tools.

use crate::harness::{World, has};
use crate::slips::{meant, refused, run, world};

#[test]
fn a_misspelt_role_is_not_the_users_own_session() {
    let slips = [
        "role_arm",
        "role_am",
        "rloe_anr",
        "role-arn",
        "rolearn",
        "role_anr",
        "role arn",
        "roel_arn",
        "role_arnn",
        "r\u{43e}le_arn",
        "aws_role_arn",
        "Role-ARN",
    ];
    for slip in slips {
        for beside in [
            "source_profile = base",
            "external_id = partner-42",
            "region = eu-west-1",
        ] {
            let world = world(&format!("[profile me]\n{beside}\n{slip} = $ROLE/readonly"));
            refused(&world, "me", &[slip, "role_arn", ".aws/config, line 5"]);
        }
    }
    // With a role of its own that is said, and no more.
    let world =
        world("[profile me]\nrole_arm = x\nrole_arn = $ROLE/deployer\nsource_profile = base");
    let said = run(&world, "me");
    has(
        &said.stderr,
        &[
            "role_arm is not a setting",
            "line 4",
            "did you mean role_arn?",
        ],
    );
    said.succeeds();
}

#[test]
fn other_slips_that_would_make_somebody_another_one_are_refused() {
    let cases = [
        (
            "role_arn = $ROLE/deployer\nsorce_profile = base",
            "sorce_profile",
        ),
        (
            "role_arn = $ROLE/deployer\nsource_profile = base\nrole_sesion_policy = {}",
            "role_sesion_policy",
        ),
        ("includ_profile = base", "includ_profile"),
        (
            "sso_acount_id = 123456789012\nsso_role_name = x",
            "sso_acount_id",
        ),
    ];
    for (config, slip) in cases {
        let world = world(&format!("[profile me]\n{config}"));
        refused(&world, "me", &[slip, ".aws/config, line"]);
    }
    // What leads nowhere says why.
    let world = world("[profile my]\nsource-profil = base");
    refused(
        &world,
        "my",
        &[
            "it has no access key",
            "source-profil is not a setting",
            "source_profile",
        ],
    );
}

#[test]
fn a_slip_is_told_in_a_run_and_in_explain() {
    let cases = [
        ("mfa_seral", "mfa_serial"),
        ("mfa-serial", "mfa_serial"),
        ("regoin", "region"),
        ("aws_region", "region"),
        ("duration_secnds", "duration_seconds"),
        ("endpoint-url", "endpoint_url"),
        ("outptu", "output"),
        ("cli_page", "cli_pager"),
        // Guards without their prefix guard nothing, and may be another tool's.
        ("confirm", "mfaexec_confirm"),
        ("expected_account", "mfaexec_expected_account"),
    ];
    for (slip, meant) in cases {
        let world = world(&format!("[profile me]\nsource_profile = base\n{slip} = x"));
        world.write_credentials(&super::slips::meant("[base]\n$KEY\n"));
        let words = format!(
            "mfaexec: {slip} is not a setting ({}/.aws/config, line 5): did you mean {meant}?",
            world.home().display()
        );
        let said = run(&world, "me");
        has(&said.stderr, &[&words]);
        said.succeeds();
        // The same in a run that finds its session; not where nothing is to be said.
        has(
            &world.run(&["-p", "me", "--no-input", "--", "true"]).stderr,
            &[&words],
        );
        assert_eq!(
            world
                .run(&["-q", "-p", "me", "--no-input", "--", "true"])
                .stderr,
            ""
        );
        let text = world.run(&["explain", "-p", "me"]).succeeds();
        has(&text, &["notice", slip, meant]);
        let json = world.run(&["explain", "--json", "-p", "me"]).succeeds();
        has(&json, &["\"notices\"", slip]);
        // No one else hears of it.
        assert_eq!(run(&world, "base").stderr, "");
    }
}

#[test]
fn settings_of_others_are_none_of_ours() {
    let world = world(
        "[profile me]\nsource_profile = base\noutput = json\ncli_pager =\ns3 =\n  max_concurrent_requests = 20\n\
         toolkit_artifact_guid = 1\nx_principal_arn = a\ngranted_sso_region = a\nazure_tenant_id = a\n\
         okta_role = b\njump_role_arn = c\nmy_note = d\nregion = eu-west-1\ncli_history = enabled\n\
         account_id_endpoint_mode = preferred\nsigv4a_signing_region_set = *\nx = y\nfoo bar = z",
    );
    world.write_credentials(&meant(
        "[base]\n$KEY\nexpiration = 2020\nassumed_role = False\n",
    ));
    assert_eq!(run(&world, "me").stderr, "");
}

#[test]
fn a_misspelt_guard_is_not_off() {
    let cases = [
        ("mfaexec_confrim = true", "mfaexec_confirm"),
        (
            "mfaexec_expected_acount = 123456789012",
            "mfaexec_expected_account",
        ),
        ("mfaexec-confirm = true", "mfaexec_confirm"),
        ("mfa_exec_confirm = true", "mfaexec_confirm"),
        ("mfaexec confirm = true", "mfaexec_confirm"),
        ("mfexec_confirm = true", "mfaexec_confirm"),
        ("mfaexec_colour = true", "mfaexec has mfaexec_confirm"),
        ("mfaexec_confirm =", "no value"),
        ("mfaexec_expected_account =   ", "no value"),
        ("mfaexec_confirm = # true", "no value"),
        ("mfaexec_confirm = true\u{200b}", "U+200B"),
        ("mfaexec_con\u{ad}firm = true", "U+00AD"),
        ("output = json\n  mfaexec_confirm = true", "indented"),
        ("s3 =\n  a = b\n  mfaexec_confirm = true", "indented"),
    ];
    for (line, words) in cases {
        let world = world(&format!("[profile me]\nsource_profile = base\n{line}\n"));
        refused(&world, "me", &[words, ".aws/config, line "]);
        has(&world.run(&["explain", "-p", "me"]).fails(1), &[words]);
        run(&world, "base").succeeds();
    }
    // Nor by an empty one that overrides it.
    let world = world("[profile me]\nsource_profile = base\nmfaexec_confirm = true\n");
    world.write_credentials(&meant("[base]\n$KEY\n[me]\nmfaexec_confirm =\n"));
    refused(
        &world,
        "me",
        &["mfaexec_confirm has no value", "credentials, line 5"],
    );
}

#[test]
fn names_of_other_tools_are_understood_or_told() {
    // aws-mfa
    let world = World::new();
    world.write_config("");
    world.write_credentials(&meant(
        "[default-long-term]\n$KEY\naws_mfa_device = $SERIAL\n[default]\n\
         aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n\
         aws_security_token = y\nexpiration = 2020-01-01 00:00:00\nassumed_role = False\n",
    ));
    refused(
        &world,
        "default",
        &["its key is temporary", "mfaexec -p default-long-term"],
    );
    assert_eq!(run(&world, "default-long-term").stderr, "");
    let calls: Vec<String> = world
        .aws
        .journal()
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(calls, ["GetSessionToken"], "the device is known");
    // The old name of the token is that of a token.
    world.write_credentials(&meant("[default]\n$KEY\naws_security_token = y\n"));
    world.run(&["-c", "123456", "--", "true"]).fails(125);
    // aws-vault
    let world = self::world("[profile me]\nparent_profile = base\nsource_profile = base\n");
    world.write_credentials(&meant("[base]\n$KEY\n"));
    let said = run(&world, "me");
    has(
        &said.stderr,
        &[
            "parent_profile is an old name",
            "line 4",
            "include_profile = base",
        ],
    );
    said.succeeds();
}
