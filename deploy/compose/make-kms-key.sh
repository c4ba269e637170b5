#!/bin/sh
# LocalStack forgets its keys when it ends. This makes a key with the same id and the same material again, so that what
# was wrapped still opens. The material is public: for trials only.
set -eu
awslocal kms create-key --region eu-central-1 --description 'ProtectMyAPI, for trials' --tags \
	TagKey=_custom_id_,TagValue=5f0c1de0-0000-4000-8000-000000000001 \
	TagKey=_custom_key_material_,TagValue=dGhpcyBpcyBhIHB1YmxpYyBrZXksIGZvciB0cmlhbHM=
