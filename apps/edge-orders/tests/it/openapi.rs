//! The description of the API is kept, so that a change of it is seen.

use crate::support::TestPop;

#[tokio::test]
async fn the_api_is_as_it_was() {
    let pop = TestPop::empty();
    let api = pop.get("/v1/openapi.json", None).await.is(200).body;
    insta::assert_json_snapshot!("openapi", api);
}

#[tokio::test]
async fn every_refusal_is_described_as_a_problem() {
    let pop = TestPop::empty();
    let api = pop.get("/v1/openapi.json", None).await.is(200).body;
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with(['4', '5']) {
                    let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
                }
            }
        }
    }
}
