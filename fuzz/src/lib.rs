//! What a POP's fraud check takes from outside, with anything in it: facts, counters, feature lists, model cards, ONNX files.
//!
//! Whatever comes, [`judge`] must end, without a panic and within bounds, and must not see an order allowed that nobody could
//! judge. `scripts/fuzz` calls it with what libFuzzer makes up; the tests below with damage of every kind in turn.

mod inputs;
mod oracle;

use edge_fraud::{CARD_BYTES_MAX, ModelCard, Network, ONNX_BYTES_MAX, Scorer};
use kiosk_edge_platform::Files;
use kiosk_risk::{FeatureSpec, History, ScoreRequest};
use sha2::{Digest, Sha256};

use inputs::Bytes;

const NAME: &str = "m";
/// The models that are damaged.
const MODELS: [(&[u8], &[u8]); 2] = [
    (
        include_bytes!("../../ml/fraud/models/fraud-v3.onnx"),
        include_bytes!("../../ml/fraud/models/fraud-v3.json"),
    ),
    (
        include_bytes!("../../ml/fraud/models/fraud-v1.onnx"),
        include_bytes!("../../ml/fraud/models/fraud-v1.json"),
    ),
];
/// The greatest width that is tried of a file that no card describes.
const WIDTH_MAX: usize = 64;

/// A folder of one model.
struct Folder {
    onnx: Vec<u8>,
    card: Vec<u8>,
}

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        Some(if path.ends_with(".onnx") { self.onnx.clone() } else { self.card.clone() })
    }
}

/// One input: its first byte says what of, the rest is what is tried.
///
/// # Panics
/// When the fraud check allowed what it cannot judge, or panicked itself.
pub fn judge(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    let mut bytes = Bytes(rest);
    let (onnx, card) = MODELS[usize::from(bytes.byte()) % MODELS.len()];
    match kind % 7 {
        0 => file(bytes.0),
        1 => model(inputs::damage(onnx, &mut bytes), card.to_vec(), true, &mut bytes),
        2 => model(onnx.to_vec(), inputs::damage(card, &mut bytes), false, &mut bytes),
        3 => model(onnx.to_vec(), bytes.0.to_vec(), false, &mut Bytes(&[])),
        4 => with_model(onnx, card, |scorer, _| oracle::text(scorer, bytes.0)),
        5 => with_model(onnx, card, |scorer, folder| {
            let (request, history) = (inputs::request(&mut bytes), inputs::history(&mut bytes));
            oracle::check(scorer, folder, &request, &history);
        }),
        _ => spec(&mut bytes),
    }
}

/// Any bytes as an ONNX file, for a network of a width that the file may have.
fn file(onnx: &[u8]) {
    let width = onnx.len() % WIDTH_MAX + 1;
    if let Ok(mut network) = Network::new(&onnx[..onnx.len().min(ONNX_BYTES_MAX)], width) {
        oracle::predict(&mut network, width);
    }
}

/// A model of these two files; `vouch` makes the card name the file's hash, as a careless or hostile deployment might.
fn model(onnx: Vec<u8>, mut card: Vec<u8>, vouch: bool, bytes: &mut Bytes<'_>) {
    if vouch && let Ok(mut known) = <ModelCard>::from_json(&card) {
        known.onnx_sha256 = hex::encode(Sha256::digest(&onnx));
        // Its golden rows would catch most; what they do not catch is the question.
        if bytes.byte().is_multiple_of(2) {
            known.golden.truncate(1);
        }
        card = serde_json::to_vec(&known).unwrap_or_default();
    }
    let folder = Folder { onnx, card };
    let (mut scorer, error) = Scorer::load(&folder, NAME);
    assert_eq!(scorer.is_ready(), error.is_none(), "{error:?}");
    let fits = folder.onnx.len() <= ONNX_BYTES_MAX && folder.card.len() <= CARD_BYTES_MAX;
    assert!(fits || error.is_some(), "a file above its limit was taken");
    oracle::check(&mut scorer, &folder, &inputs::ordinary(), &History::default());
    oracle::check(&mut scorer, &folder, &inputs::request(bytes), &inputs::history(bytes));
}

/// Runs `work` on a committed model, which is loaded once in a thread.
fn with_model(onnx: &[u8], card: &[u8], work: impl FnOnce(&mut Scorer, &Folder)) {
    thread_local! {
        static SCORERS: std::cell::RefCell<Vec<(Folder, Scorer)>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    SCORERS.with_borrow_mut(|scorers| {
        let place = scorers.iter().position(|(folder, _)| folder.card == card).unwrap_or_else(|| {
            let folder = Folder { onnx: onnx.to_vec(), card: card.to_vec() };
            let (scorer, error) = Scorer::load(&folder, NAME);
            assert!(error.is_none(), "a committed model is unusable: {error:?}");
            scorers.push((folder, scorer));
            scorers.len() - 1
        });
        let (folder, scorer) = &mut scorers[place];
        work(scorer, folder);
    });
}

/// A damaged feature list, and facts for it.
fn spec(bytes: &mut Bytes<'_>) {
    let list = inputs::damage(include_bytes!("../../ml/fraud/features-v3.json"), bytes);
    let Ok(spec) = FeatureSpec::from_json(&list) else { return };
    let (request, history): (ScoreRequest, History) = (inputs::request(bytes), inputs::history(bytes));
    oracle::features_are_numbers(&request, &history, &spec);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Every byte of both files in turn is another, and every length is tried, in steps that keep this to seconds.
    #[test]
    fn files_that_are_damaged_anywhere() {
        for (index, (onnx, card)) in MODELS.iter().enumerate() {
            for (kind, file) in [(1_u8, onnx), (2, card)] {
                for place in (0..file.len()).step_by(97) {
                    for edit in 0..4 {
                        let [_, high, middle, low] = u32::try_from(place).unwrap().to_be_bytes();
                        let edits = [kind, u8::try_from(index).unwrap(), 1, edit, high, middle, low, 0xff];
                        judge(&edits);
                    }
                }
            }
        }
    }

    #[test]
    fn inputs_of_every_kind_without_an_end() {
        for kind in 0..7 {
            for length in 0..64 {
                for filler in [0, 1, 0x7f, 0x80, 0xff] {
                    let mut data = vec![filler; length];
                    data.insert(0, kind);
                    judge(&data);
                }
            }
        }
    }

    #[test]
    fn text_that_is_nested_deeply_is_no_request() {
        for kind in [3, 4] {
            let mut data = vec![kind, 0];
            data.extend(std::iter::repeat_n(b'[', 200_000));
            judge(&data);
        }
    }
}
