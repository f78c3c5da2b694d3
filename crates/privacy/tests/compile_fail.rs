//! A personal value cannot get into a message: such code does not compile (invariant I3).

#[test]
fn personal_values_do_not_compile_into_messages_or_text() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
