//! The guide, followed to the letter: from an account with an administrator alone to a first session.

use std::process::Command;

use crate::examples::{blocks, with_aws};
use crate::harness::{World, aws_client, eventually, finish, has, terminal};
use crate::mfa::give_codes;

const DEVICE: &str = "arn:aws:iam::123456789012:mfa/testuser";

/// The lines that are typed, block by block.
fn typed() -> Vec<String> {
    let blocks = blocks("docs/guide.md").into_iter();
    let typed = blocks.filter(|block| block.info == "sh");
    typed.map(|block| block.text).collect()
}

/// A shell that runs a block, for someone who has an AWS CLI.
fn shell(world: &World, lines: &str) -> Command {
    let mut shell = world.program("/bin/sh");
    shell.args(["-eu", "-c", lines]);
    with_aws(world, &mut shell);
    shell
}

#[test]
fn the_guide_leads_from_nothing_to_a_session() {
    let world = World::new();
    std::os::unix::fs::symlink(aws_client(), world.home().join("aws")).unwrap();
    std::fs::remove_dir_all(world.home().join(".aws")).unwrap();
    world
        .aws
        .edit(|account| account.users.retain(|name, _| name == "root"));
    let account = world.aws.account();
    let administrator = account.user("root");
    let [as_administrator, configure, enroll, doctor] = &typed()[..] else {
        panic!("the guide has other blocks to type: {:#?}", typed());
    };

    let mut made = shell(&world, as_administrator);
    made.env("AWS_ACCESS_KEY_ID", administrator.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", administrator.secret_access_key());
    let made = finish(&mut made).succeeds();
    let key = made.rsplit("\n{\n").next().unwrap();
    let key: serde_json::Value = serde_json::from_str(&format!("{{{key}")).unwrap();

    let mut asked = terminal(shell(&world, configure));
    for half in ["AccessKeyId", "SecretAccessKey"] {
        let half = key["AccessKey"][half].as_str().unwrap();
        asked.exp_string("[None]: ").unwrap();
        asked.send_line(half).unwrap();
    }
    for answer in ["eu-central-1", ""] {
        asked.exp_string("[None]: ").unwrap();
        asked.send_line(answer).unwrap();
    }
    asked.exp_eof().unwrap();

    let regions = "aws ec2 describe-regions --profile testuser";
    let refused = finish(&mut shell(&world, regions));
    has(&refused.stderr, &["UnauthorizedOperation"]);

    let mut asked = terminal(shell(&world, enroll));
    asked
        .exp_string("Enroll an MFA device for testuser? [y/N] ")
        .unwrap();
    asked.send_line("y").unwrap();
    give_codes(&world, &mut asked, DEVICE, 0);
    asked.exp_string("is enabled").unwrap();
    asked.exp_eof().unwrap();
    let shown = blocks("docs/guide.md").into_iter();
    let mut shown = shown.filter(|block| block.info == "ini .aws/config");
    assert_eq!(world.config().trim_end(), shown.next().unwrap().text);

    let code = world.next_code(DEVICE);
    let login = format!("mfaexec login -p testuser -c {code}");
    finish(&mut shell(&world, &login)).succeeds();
    let run = "mfaexec -p testuser -- aws ec2 describe-regions";
    has(
        &finish(&mut shell(&world, run)).succeeds(),
        &["eu-central-1"],
    );
    world.aws.set_clock(0);
    eventually("all is well", || {
        finish(&mut shell(&world, doctor)).code == Some(0)
    });
}
