//! XChaCha20-Poly1305 as in draft-irtf-cfrg-xchacha-03: ciphertext ‖ 16-byte tag.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};

/// How many bytes a nonce has.
pub const NONCE: usize = 24;

/// How many bytes a ciphertext has more than what it hides.
pub const TAG: usize = 16;

/// Encrypts `clear`, and binds `aad` to it, which is not in the result.
pub fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], clear: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: clear, aad };
    let encrypted = cipher(key).encrypt(<&XNonce>::from(nonce), payload);
    encrypted.expect("the cipher takes 256 GiB, and content is far shorter")
}

/// Decrypts what [`encrypt`] gave; `None` if key, nonce, `aad` or a byte of it is another one.
pub fn decrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], hidden: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload { msg: hidden, aad };
    cipher(key).decrypt(<&XNonce>::from(nonce), payload).ok()
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(<&Key>::from(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{push_hex, read_hex};

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let mut bytes = [0; N];
        read_hex(&mut bytes, hex.as_bytes()).unwrap();
        bytes
    }

    /// The fear: this is another algorithm than the one that the format names. The values are
    /// those of draft-irtf-cfrg-xchacha-03, A.3.1.
    #[test]
    fn the_published_example_comes_out() {
        let clear = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
                      for the future, sunscreen would be it.";
        let key = bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let nonce = bytes("404142434445464748494a4b4c4d4e4f5051525354555657");
        let aad: [u8; 12] = bytes("50515253c0c1c2c3c4c5c6c7");
        let ciphertext = "\
            bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
            731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
            2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
            21f9664c97637da9768812f615c68b13b52e";
        let tag = "c0875924c1c7987947deafd8780acf49";

        let hidden = encrypt(&key, &nonce, &aad, clear);
        let mut hex = String::new();
        push_hex(&mut hex, &hidden);
        assert_eq!(hex, format!("{ciphertext}{tag}"));
        assert_eq!(hidden.len(), clear.len() + TAG);
        assert_eq!(decrypt(&key, &nonce, &aad, &hidden).as_deref(), Some(clear.as_slice()));
    }
}
