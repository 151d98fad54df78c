//! Virtual MFA devices from their creation to their end, as IAM answers.

use data_encoding::BASE64;
use local_aws::{Account, Device, Server};

use crate::support::{Client, Reply, client, settle};

const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
const INVALID: &str = "Authentication code for device is not valid.";
const IN_USE: &str = "MFA VirtualDevice in use. Must deactivate first.";
const NO_MFA_DEVICE: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  \
    Please verify your MFA serial number is valid and associated with this user.";

/// A user without a device who may do everything with devices, and a phone.
struct World {
    server: Server,
    user: Client,
}

impl World {
    fn new() -> World {
        let server = Server::start(Account::story()).unwrap();
        settle(&server);
        server.edit(|account| {
            let policy = r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "iam:*MFADevice*", "Resource": "*"}]}"#;
            account
                .put_user_policy("nodevice", "devices", policy)
                .unwrap();
        });
        let user = client(&server, "nodevice");
        World { server, user }
    }

    /// Creates a device; what is in it now.
    fn create(&self) -> Device {
        let name = [("VirtualMFADeviceName", "phone")];
        let reply = self.user.iam("CreateVirtualMFADevice", &name);
        assert_eq!(reply.ok().field("SerialNumber"), PHONE);
        let seed = BASE64
            .decode(reply.field("Base32StringSeed").as_bytes())
            .unwrap();
        Device {
            serial: PHONE.to_owned(),
            seed: Some(String::from_utf8(seed).unwrap()),
            ..Device::default()
        }
    }

    /// The codes of this many time steps from now, and of the one after it.
    fn codes(&self, device: &Device, steps: i64) -> [String; 2] {
        let now = jiff::Timestamp::now().as_second() + self.server.clock();
        [0, 30].map(|later| device.code_at(now + steps * 30 + later).unwrap())
    }

    fn with_codes(&self, action: &str, [first, second]: &[String; 2]) -> Reply {
        let parameters = [
            ("UserName", "nodevice"),
            ("SerialNumber", PHONE),
            ("AuthenticationCode1", first),
            ("AuthenticationCode2", second),
        ];
        self.user.iam(action, &parameters)
    }

    fn end(&self, action: &str) -> Reply {
        let parameters = [("UserName", "nodevice"), ("SerialNumber", PHONE)];
        let unnamed = action == "DeleteVirtualMFADevice";
        self.user.iam(action, &parameters[usize::from(unnamed)..])
    }

    fn sign_in(&self, device: &Device) -> Reply {
        let code = &self.codes(device, 0)[0];
        self.user.session_token(PHONE, code, "900")
    }
}

#[test]
fn from_creation_to_the_end() {
    let world = World::new();
    let device = world.create();
    world
        .sign_in(&device)
        .refused(403, "AccessDenied", NO_MFA_DEVICE);
    // The two codes that a person sees are the last one and this one.
    world
        .with_codes("EnableMFADevice", &world.codes(&device, -1))
        .ok();
    // Both are used up.
    assert_eq!(world.sign_in(&device).status, 403);
    world.server.move_clock(30);
    world.sign_in(&device).ok();

    world
        .end("DeleteVirtualMFADevice")
        .refused(409, "DeleteConflict", IN_USE);
    world.end("DeactivateMFADevice").ok();
    world.server.move_clock(30);
    world
        .sign_in(&device)
        .refused(403, "AccessDenied", NO_MFA_DEVICE);
    let gone = "MFA Device invalid for user.";
    world
        .end("DeactivateMFADevice")
        .refused(404, "NoSuchEntity", gone);
    world.end("DeleteVirtualMFADevice").ok();
    let gone = format!("VirtualMFADevice with serial number {PHONE} doesn't exist.");
    for action in ["DeactivateMFADevice", "DeleteVirtualMFADevice"] {
        world.end(action).refused(404, "NoSuchEntity", &gone);
    }
}

#[test]
fn two_codes_that_follow_one_another() {
    let world = World::new();
    let device = world.create();
    let [first, second] = world.codes(&device, -1);
    let [other, _] = world.codes(&device, -3);
    for wrong in [
        [first.clone(), first.clone()],
        [second.clone(), first.clone()],
        [other, second.clone()],
        ["000000".to_owned(), second.clone()],
    ] {
        world.with_codes("EnableMFADevice", &wrong).refused(
            403,
            "InvalidAuthenticationCode",
            INVALID,
        );
    }
    world.with_codes("EnableMFADevice", &[first, second]).ok();
    let parameters = [("UserName", "nodevice"), ("SerialNumber", PHONE)];
    let missing = world.user.iam("EnableMFADevice", &parameters);
    assert_eq!(missing.field("Code"), "ValidationError");
    let short = ["12345", "123456"].map(str::to_owned);
    let short = world.with_codes("EnableMFADevice", &short);
    short.refused(
        400,
        "ValidationError",
        "1 validation error detected: Value '12345' at 'authenticationCode1' failed to satisfy \
         constraint: Member must have length greater than or equal to 6",
    );
    let journal = format!("{:?}", world.server.journal());
    assert!(!journal.contains("12345\""), "a code is in the journal");
}

/// "If you wait too long, the device becomes out of sync. You can resync the device."
#[test]
fn a_device_that_is_out_of_step() {
    let world = World::new();
    let device = world.create();
    world
        .with_codes("EnableMFADevice", &world.codes(&device, -10))
        .ok();
    assert_eq!(world.sign_in(&device).status, 403);
    let codes = world.codes(&device, -1);
    world.with_codes("ResyncMFADevice", &codes).ok();
    world
        .with_codes("ResyncMFADevice", &codes)
        .refused(403, "InvalidAuthenticationCode", INVALID);
    world.server.move_clock(30);
    world.sign_in(&device).ok();
}

#[test]
fn names_and_limits() {
    let world = World::new();
    let create = |name: &str, path: &str| {
        let parameters = [("VirtualMFADeviceName", name), ("Path", path)];
        world.user.iam("CreateVirtualMFADevice", &parameters)
    };
    create("phone", "/").ok();
    create("phone", "/").refused(
        409,
        "EntityAlreadyExists",
        "MFADevice entity at the same path and name already exists.",
    );
    let serial = create("phone", "/me/").ok().field("SerialNumber");
    assert_eq!(serial, "arn:aws:iam::123456789012:mfa/me/phone");
    create("my phone", "/").refused(
        400,
        "ValidationError",
        "The specified value for virtualMFADeviceName is invalid. It must contain only \
         alphanumeric characters and/or the following: +=,.@_-",
    );
    assert_eq!(create("phone", "me").field("Code"), "ValidationError");

    let device = Device {
        seed: Some("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned()),
        ..Device::default()
    };
    world.server.edit(|account| {
        account.unassigned = vec![Device {
            serial: PHONE.to_owned(),
            ..device.clone()
        }];
        account.user_mut("nodevice").devices = (0..8)
            .map(|number| Device {
                serial: format!("GAHT{number}2345678"),
                ..device.clone()
            })
            .collect();
    });
    let codes = world.codes(&device, -1);
    world.with_codes("EnableMFADevice", &codes).refused(
        409,
        "LimitExceeded",
        "Cannot exceed quota for MFADevicesPerUser: 8",
    );
    world
        .server
        .edit(|account| account.user_mut("nodevice").devices.truncate(7));
    world.with_codes("EnableMFADevice", &codes).ok();
    world.with_codes("EnableMFADevice", &codes).refused(
        409,
        "EntityAlreadyExists",
        "MFA Device is already in use.",
    );
}

#[test]
fn the_list_of_virtual_devices() {
    let world = World::new();
    world.create();
    let root = client(&world.server, "root");
    let serials = |status: &str, more: &[(&str, &str)]| -> Vec<String> {
        let parameters = [&[("AssignmentStatus", status)], more].concat();
        let reply = root.iam("ListVirtualMFADevices", &parameters);
        let parts = reply.ok().body.split("<SerialNumber>").skip(1);
        parts
            .map(|part| part.split('<').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(serials("Unassigned", &[]), [PHONE]);
    let assigned = serials("Assigned", &[]);
    // Neither the key fob nor the passkey.
    assert!(assigned.iter().all(|serial| serial.contains(":mfa/")));
    assert!(!assigned.contains(&PHONE.to_owned()));
    let all = serials("Any", &[]);
    assert_eq!(all.len(), assigned.len() + 1);
    assert_eq!(serials("Any", &[("MaxItems", "2")]), all[..2]);
    let rest = [("MaxItems", "1000"), ("Marker", "2")];
    assert_eq!(serials("Any", &rest), all[2..]);
    let reply = root.iam("ListVirtualMFADevices", &[("AssignmentStatus", "Lost")]);
    assert_eq!(reply.field("Code"), "ValidationError");
    client(&world.server, "testuser")
        .iam("ListVirtualMFADevices", &[])
        .refused(
            403,
            "AccessDenied",
            "User: arn:aws:iam::123456789012:user/testuser is not authorized to perform: \
             iam:ListVirtualMFADevices on resource: arn:aws:iam::123456789012:mfa/ because no \
             identity-based policy allows the iam:ListVirtualMFADevices action",
        );
}

/// The picture is read by a decoder that is not ours, where there is one.
#[test]
fn the_picture() {
    let world = World::new();
    let name = [("VirtualMFADeviceName", "phone")];
    let reply = world.user.iam("CreateVirtualMFADevice", &name);
    let decode = |field: &str| BASE64.decode(reply.field(field).as_bytes()).unwrap();
    let png = decode("QRCodePNG");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let file = std::env::temp_dir().join(format!("local-aws-qr-{}.png", std::process::id()));
    std::fs::write(&file, png).unwrap();
    let decoded = std::process::Command::new("zbarimg")
        .args(["--raw", "--quiet"])
        .arg(&file)
        .output();
    let _ = std::fs::remove_file(&file);
    let Ok(decoded) = decoded else {
        // tests/all installs it.
        assert!(
            std::env::var_os("MFAEXEC_TESTS_ALL").is_none(),
            "no zbarimg"
        );
        let line = "SKIPPED devices::the_picture: needs zbarimg\n";
        // Past the harness, which would keep what a passing test prints to itself.
        std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes()).unwrap();
        return;
    };
    let seed = String::from_utf8(decode("Base32StringSeed")).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&decoded.stdout).trim(),
        format!("otpauth://totp/phone@123456789012?secret={seed}")
    );
}
