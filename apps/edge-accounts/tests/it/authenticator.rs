//! An authenticator in software: makes keys and signs with them, or says what a test puts in its mouth.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// User present, user verified.
const FLAGS: u8 = 0b101;
const HAS_CREDENTIAL: u8 = 0b100_0000;

pub struct Authenticator {
    pub key: SigningKey,
    pub credential: Vec<u8>,
    pub site: String,
    pub origin: String,
    pub flags: u8,
    pub count: u32,
    pub handle: Option<String>,
    pub cross_origin: bool,
}

impl Authenticator {
    /// Each `seed` is another device.
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            credential: vec![seed; 20],
            site: "shop.test".into(),
            origin: "https://shop.test".into(),
            flags: FLAGS,
            count: 0,
            handle: None,
            cross_origin: false,
        }
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        [Sha256::digest(&self.site).as_slice(), &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": self.cross_origin,
        });
        data.to_string().into_bytes()
    }

    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap().to_vec(), point.y().unwrap().to_vec());
        [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], &x, &[0x22, 0x58, 32], &y].concat()
    }

    /// As `toJSON()` of what `navigator.credentials.create` gives.
    pub fn create(&mut self, options: &Value) -> Value {
        self.handle = options["user"]["id"].as_str().map(str::to_owned);
        let length = u16::try_from(self.credential.len()).unwrap().to_be_bytes();
        let data = [
            self.head(self.flags | HAS_CREDENTIAL),
            vec![0; 16],
            length.to_vec(),
            self.credential.clone(),
            self.cose(),
        ];
        let id = BASE64URL.encode(&self.credential);
        json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64URL.encode(self.client_data("webauthn.create", options)),
                "authenticatorData": BASE64URL.encode(data.concat()),
                "attestationObject": "", "publicKeyAlgorithm": -7, "transports": ["internal"],
            },
        })
    }

    /// As `toJSON()` of what `navigator.credentials.get` gives.
    pub fn get(&self, options: &Value) -> Value {
        let (data, client_data) = (self.head(self.flags), self.client_data("webauthn.get", options));
        let message = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&message);
        let id = BASE64URL.encode(&self.credential);
        json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64URL.encode(client_data), "authenticatorData": BASE64URL.encode(data),
                "signature": BASE64URL.encode(signature.to_der().as_bytes()), "userHandle": self.handle,
            },
        })
    }
}
