//! The QR code of a virtual MFA device, as CreateVirtualMFADevice gives it: a PNG with an `otpauth` link.

use miniz_oxide::deflate::compress_to_vec_zlib;
use qrcodegen::{QrCode, QrCodeEcc};

/// Pixels a module, and modules of white around the code (ISO/IEC 18004 asks for four).
const SCALE: usize = 4;
const QUIET: usize = 4;

/// The picture of a text; nothing if the text is too long for any QR code.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let modules = usize::try_from(code.size()).ok()?;
    let side = (modules + 2 * QUIET) * SCALE;
    let at = |pixel: usize| i32::try_from(pixel / SCALE).unwrap_or(i32::MAX) - QUIET as i32;
    let mut rows = Vec::new();
    for y in 0..side {
        // Each row says first how it was filtered: not at all.
        rows.push(0);
        rows.extend((0..side).map(|x| {
            if code.get_module(at(x), at(y)) {
                0
            } else {
                0xff
            }
        }));
    }
    let side = u32::try_from(side).ok()?.to_be_bytes();
    // Eight bits of grey, and the only methods of compression, filtering and order that are not special.
    let header = [side.as_slice(), &side, &[8, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &compress_to_vec_zlib(&rows, 6));
    chunk(&mut png, b"IEND", &[]);
    Some(png)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let body = [kind.as_slice(), data].concat();
    png.extend(length.to_be_bytes());
    png.extend(&body);
    png.extend(crc32fast::hash(&body).to_be_bytes());
}
