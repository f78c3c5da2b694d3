-- Records of other modules than the catalogue are told by what they now are; some to the POPs of one region only.
ALTER TABLE catalog_feed ADD COLUMN region TEXT;
ALTER TABLE catalog_feed ADD COLUMN body TEXT;
