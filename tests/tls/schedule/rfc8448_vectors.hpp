#pragma once
/// \file
/// The handshakes of RFC 8448, "Example Handshake Traces for TLS 1.3" (M. Thomson, January 2019), sections 3 to 5: all
/// of TLS_AES_128_GCM_SHA256. Numbers are as in the RFC; the content of protected records stands beside them.

#include <string_view>
#include <vector>

#include <keyway/types.hpp>

namespace keyway::testing::rfc8448 {

enum class Epoch { early, handshake, application };

/// A record that one side sends under its keys of an epoch; the records of one sender and epoch are in order.
struct ProtectedRecord {
  Side sender;
  Epoch epoch;
  ContentType type;
  std::string_view content;
  std::string_view record;  ///< with its header
};

struct Traffic {
  std::string_view secret;
  std::string_view key;
  std::string_view iv;
};

/// All values in hexadecimal; empty where the trace has none. Messages are with their handshake header.
struct Trace {
  std::string_view psk;
  std::string_view shared_secret;
  std::string_view client_hello_1;  ///< before a HelloRetryRequest
  std::string_view hello_retry_request;
  std::string_view client_hello;
  std::string_view server_hello;
  std::string_view early_secret;
  std::string_view handshake_secret;
  std::string_view master_secret;
  Traffic client_early;
  Traffic client_handshake;
  Traffic server_handshake;
  Traffic client_application;
  Traffic server_application;
  std::string_view exporter_master_secret;
  std::string_view resumption_master_secret;
  std::string_view end_of_early_data;
  std::string_view early_exporter_master_secret;
  std::string_view binder_key;
  std::string_view binder_hash;  ///< of the ClientHello up to its binders
  std::string_view binder;
  std::vector<ProtectedRecord> records;
};

/// Section 3, "Simple 1-RTT Handshake".
inline const Trace simple{
    .psk = "",
    .shared_secret = "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d",
    .client_hello_1 = "",
    .hello_retry_request = "",
    .client_hello =
        "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece70000061301130313020100009100"
        "00000b0009000006736572766572ff01000100000a00140012001d00170018001901000101010201030104002300000033002600"
        "24001d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e0403"
        "05030603020308040805080604010501060102010402050206020202002d00020101001c00024001",
    .server_hello =
        "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020"
        "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304",
    .early_secret = "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a",
    .handshake_secret = "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac",
    .master_secret = "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919",
    .client_early = {},
    .client_handshake = {.secret = "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
                         .key = "dbfaa693d1762c5b666af5d950258d01",
                         .iv = "5bd3c71b836e0b76bb73265f"},
    .server_handshake = {.secret = "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
                         .key = "3fce516009c21727d0f2e4e86ee403bc",
                         .iv = "5d313eb2671276ee13000b30"},
    .client_application = {.secret = "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
                           .key = "17422dda596ed5d9acd890e3c63f5051",
                           .iv = "5b78923dee08579033e523d9"},
    .server_application = {.secret = "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
                           .key = "9f02283b6c9c07efc26bb9f2ac92e356",
                           .iv = "cf782b88dd83549aadf1e984"},
    .exporter_master_secret = "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50",
    .resumption_master_secret = "7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c",
    .end_of_early_data = "",
    .early_exporter_master_secret = "",
    .binder_key = "",
    .binder_hash = "",
    .binder = "",
    .records =
        {
            {.sender = Side::server,
             .epoch = Epoch::handshake,
             .type = ContentType::handshake,
             .content = "080000240022000a00140012001d00170018001901000101010201030104001c00024001000000000b0001b9000001"
                        "b50001b030"
                        "8201ac30820115a003020102020102300d06092a864886f70d01010b0500300e310c300a0603550403130372736130"
                        "1e170d3136"
                        "303733303031323335395a170d3236303733303031323335395a300e310c300a0603550403130372736130819f300d"
                        "06092a8648"
                        "86f70d010101050003818d0030818902818100b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a"
                        "2461eafd2d"
                        "e49a91d015abbc9a95137ace6c1af19eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38"
                        "e22a5fda43"
                        "0846748030530ef0461c8ca9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f02030100"
                        "01a31a3018"
                        "30090603551d1304023000300b0603551d0f0404030205a0300d06092a864886f70d01010b05000381810085aad2a0"
                        "e5b9276b90"
                        "8c65f73a7267170618a54c5f8a7b337d2df7a594365417f2eae8f8a58c8f8172f9319cf36b7fd6c55b80f21a030151"
                        "56726096fd"
                        "335e5e67f2dbf102702e608ccae6bec1fc63a42a99be5c3eb7107c3c54e9b9eb2bd5203b1c3b84e0a8b2f759409ba3"
                        "eac9d91d40"
                        "2dcc0cc8f8961229ac9187b42b4de100000f000084080400805a747c5d88fa9bd2e55ab085a61015b7211f824cd484"
                        "145ab3ff52"
                        "f1fda8477b0b7abc90db78e2d33a5c141a078653fa6bef780c5ea248eeaaa785c4f394cab6d30bbe8d4859ee511f60"
                        "2957b15411"
                        "ac027671459e46445c9ea58c181e818e95b8c3fb0bf3278409d3be152a3da5043e063dda65cdf5aea20d53dfacd42f"
                        "74f3140000"
                        "209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718",
             .record = "17030302a2d1ff334a56f5bff6594a07cc87b580233f500f45e489e7f33af35edf7869fcf40aa40aa2b8ea73f848a7c"
                       "a07612ef9"
                       "f945cb960b4068905123ea78b111b429ba9191cd05d2a389280f526134aadc7fc78c4b729df828b5ecf7b13bd9aefb0"
                       "e57f27158"
                       "5b8ea9bb355c7c79020716cfb9b1183ef3ab20e37d57a6b9d7477609aee6e122a4cf51427325250c7d0e509289444c9"
                       "b3a648f1d"
                       "71035d2ed65b0e3cdd0cbae8bf2d0b227812cbb360987255cc744110c453baa4fcd610928d809810e4b7ed1a8fd991f"
                       "06aa62482"
                       "04797e36a6a73b70a2559c09ead686945ba246ab66e5edd8044b4c6de3fcf2a89441ac66272fd8fb330ef8190579b36"
                       "84596c960"
                       "bd596eea520a56a8d650f563aad27409960dca63d3e688611ea5e22f4415cf9538d51a200c27034272968a264ed6540"
                       "c84838d89"
                       "f72c24461aad6d26f59ecaba9acbbb317b66d902f4f292a36ac1b639c637ce343117b659622245317b49eeda0c6258f"
                       "100d7d961"
                       "ffb138647e92ea330faeea6dfa31c7a84dc3bd7e1b7a6c7178af36879018e3f252107f243d243dc7339d5684c8b0378"
                       "bf30244da"
                       "8c87c843f5e56eb4c5e8280a2b48052cf93b16499a66db7cca71e4599426f7d461e66f99882bd89fc50800becca62d6"
                       "c74116dbd"
                       "2972fda1fa80f85df881edbe5a37668936b335583b599186dc5c6918a396fa48a181d6b6fa4f9d62d513afbb992f2b9"
                       "92f67f8af"
                       "e67f76913fa388cb5630c8ca01e0c65d11c66a1e2ac4c85977b7c7a6999bbf10dc35ae69f5515614636c0b9b68c19ed"
                       "2e31c0b3b"
                       "66763038ebba42f3b38edc0399f3a9f23faa63978c317fc9fa66a73f60f0504de93b5b845e275592c12335ee340bbc4"
                       "fddd50278"
                       "4016e4b3be7ef04dda49f4b440a30cb5d2af939828fd4ae3794e44f94df5a631ede42c1719bfdabf0253fe5175be898"
                       "e750edc53"
                       "370d2b"},
            {.sender = Side::client,
             .epoch = Epoch::handshake,
             .type = ContentType::handshake,
             .content = "14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61",
             .record = "170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1"
                       "caeacab68"
                       "67d726c40546"},
            {.sender = Side::server,
             .epoch = Epoch::application,
             .type = ContentType::handshake,
             .content =
                 "040000c90000001efad6aac502000000b22c035d829359ee5ff7af4ec900000000262a6494dc486d2c8a34cb33fa90bf1b007"
                 "0ad"
                 "3c498883c9367c09a2be785abc55cd226097a3a982117283f82a03a143efd3ff5dd36d64e861be7fd61d2827db279cce14507"
                 "7d4"
                 "54a3664d4e6da4d29ee03725a6a4dafcd0fc67d2aea70529513e3da2677fa5906c5b3f7d8f92f228bda40dda721470f9fbf29"
                 "7b5"
                 "aea617646fac5c03272e970727c621a79141ef5f7de6505e5bfbc388e93343694093934ae4d3570008002a000400000400",
             .record = "17030300de3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d41d6af8f6b580dcf3d11d63c758db289"
                       "a01594025"
                       "2f55713e061dc13e078891a38efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1b6c0d4a3d03f75e09c30ba1"
                       "e62972ac4"
                       "6f75f7b981be63439b2999ce13064615139891d5e4c5b406f16e3fc181a77ca475840025db2f0a77f81b5ab05b94c01"
                       "346755f69"
                       "232c86519d86cbeeac87aac347d143f9605d64f650db4d023e70e952ca49fe5137121c74bc2697687e248746d6df353"
                       "005f3bce1"
                       "8696129c8153556b3b6c6779b37bf15985684f"},
            {.sender = Side::client,
             .epoch = Epoch::application,
             .type = ContentType::application_data,
             .content =
                 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031",
             .record = "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2"
                       "b62974e1f"
                       "5a6292a2977014bd1e3deae63aeebb21694915e4"},
            {.sender = Side::server,
             .epoch = Epoch::application,
             .type = ContentType::application_data,
             .content =
                 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031",
             .record = "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a"
                       "8fcc49c4b"
                       "f2e5f0a21c0047c2abf332540dd032e167c2955d"},
            {.sender = Side::client,
             .epoch = Epoch::application,
             .type = ContentType::alert,
             .content = "0100",
             .record = "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3"},
            {.sender = Side::server,
             .epoch = Epoch::application,
             .type = ContentType::alert,
             .content = "0100",
             .record = "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9"},
        },
};

/// Section 4, "Resumed 0-RTT Handshake": it resumes the session of section 3.
inline const Trace resumed{
    .psk = "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3",
    .shared_secret = "f44194756ff9ec9d25180635d66ea6824c6ab3bf179977be37f723570e7ccb2e",
    .client_hello_1 = "",
    .hello_retry_request = "",
    .client_hello =
        "010001fc03031bc3ceb6bbe39cff938355b5a50adb6db21b7a6af649d7b4bc419d7876487d95000006130113031302010001cd00"
        "00000b0009000006736572766572ff01000100000a00140012001d00170018001901000101010201030104003300260024001d00"
        "20e4ffb68ac05f8d96c99da26698346c6be16482badddafe051a66b4f18d668f0b002a0000002b0003020304000d0020001e0403"
        "05030603020308040805080604010501060102010402050206020202002d00020101001c00024001001500570000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "000000000000000000000000000000000000000000000000000000002900dd00b800b22c035d829359ee5ff7af4ec90000000026"
        "2a6494dc486d2c8a34cb33fa90bf1b0070ad3c498883c9367c09a2be785abc55cd226097a3a982117283f82a03a143efd3ff5dd3"
        "6d64e861be7fd61d2827db279cce145077d454a3664d4e6da4d29ee03725a6a4dafcd0fc67d2aea70529513e3da2677fa5906c5b"
        "3f7d8f92f228bda40dda721470f9fbf297b5aea617646fac5c03272e970727c621a79141ef5f7de6505e5bfbc388e93343694093"
        "934ae4d357fad6aacb0021203add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d",
    .server_hello =
        "0200005c03033ccfd2dec890222763472ae8136777c9d7358777bb66e91ea5122495f559ea2d0013010000340029000200000033"
        "0024001d0020121761ee42c333e1b9e77b60dd57c2053cd94512ab47f115e86eff50942cea31002b00020304",
    .early_secret = "9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c",
    .handshake_secret = "005cb112fd8eb4ccc623bb88a07c64b3ede1605363fc7d0df8c7ce4ff0fb4ae6",
    .master_secret = "e2d32d4ed66dd37897a0e80c84107503ce58bf8aad4cb55a5002d77ecb890ece",
    .client_early = {.secret = "3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62",
                     .key = "920205a5b7bf2115e6fc5c2942834f54",
                     .iv = "6d475f0993c8e564610db2b9"},
    .client_handshake = {.secret = "2faac08f851d35fea3604fcb4de82dc62c9b164a70974d0462e27f1ab278700f",
                         .key = "b1530806f4adfeac83f1413032bbfa82",
                         .iv = "eb50c16be7654abf99dd06d9"},
    .server_handshake = {.secret = "fe927ae271312e8bf0275b581c54eef020450dc4ecffaa05a1a35d27518e7803",
                         .key = "27c6bdc0a3dcea39a47326d79bc9e4ee",
                         .iv = "9569ecdd4d0536705e9ef725"},
    .client_application = {.secret = "2abbf2b8e381d23dbebe1dd2a7d16a8bf484cb4950d23fb7fb7fa8547062d9a1",
                           .key = "3cf122f301c6358ca7989553250efd72",
                           .iv = "ab1aec26aa78b8fc1176b9ac"},
    .server_application = {.secret = "cc21f1bf8feb7dd5fa505bd9c4b468a9984d554a993dc49e6d285598fb672691",
                           .key = "e857c690a34c5a9129d833619684f95e",
                           .iv = "0685d6b561aab9ef1013faf9"},
    .exporter_master_secret = "3fd93d4ffddc98e64b14dd107aedf8ee4add23f4510f58a4592d0b201bee56b4",
    .resumption_master_secret = "5e95bdf1f89005ea2e9aa0ba85e728e3c19c5fe0c699e3f5bee59faebd0b5406",
    .end_of_early_data = "05000000",
    .early_exporter_master_secret = "b2026866610937d7423e5be90862ccf24c0e6091186d34f812089ff5be2ef7df",
    .binder_key = "69fe131a3bbad5d63c64eebcc30e395b9d8107726a13d074e389dbc8a4e47256",
    .binder_hash = "63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14",
    .binder = "3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d",
    .records =
        {
            {.sender = Side::client,
             .epoch = Epoch::early,
             .type = ContentType::application_data,
             .content = "414243444546",
             .record = "1703030017ab1df420e75c457a7cc5d2844f76d5aee4b4edbf049be0"},
            {.sender = Side::server,
             .epoch = Epoch::handshake,
             .type = ContentType::handshake,
             .content = "080000280026000a00140012001d00170018001901000101010201030104001c0002400100000000002a0000140000"
                        "2048d3e0e1"
                        "b3d907c6acff145e16090388c77b05c050b634ab1a88bbd0dd1a34b2",
             .record = "1703030061dc48237b4b879f50d0d4d262ea8b4716eb40ddc1eb957e11126e8a7149c2d012d37a7115957e64ce30008"
                       "b9e0323f2"
                       "c05a9c1c77b4f37849a695ab255060a33fee770ca95cb8486bfd0843b87024865ca35cc41c4e515c64dcb1369f98635"
                       "bc7a5"},
            {.sender = Side::client,
             .epoch = Epoch::early,
             .type = ContentType::handshake,
             .content = "05000000",
             .record = "1703030015aca6fc944841298df99593725f9bf9754429b12f09"},
            {.sender = Side::client,
             .epoch = Epoch::handshake,
             .type = ContentType::handshake,
             .content = "140000207230a9c952c25cd6138fc5e6628308c41c5335dd81b9f96bcea50fd32bda416d",
             .record = "170303003500f8b467d14cf22a4b3f0b6ae0d8e6cc8d08e0db3515ef5c2bdf1922eafbb70009964716d834fb70c3d2a"
                       "56c5b1f5f"
                       "6bdba6c333cf"},
            {.sender = Side::client,
             .epoch = Epoch::application,
             .type = ContentType::application_data,
             .content =
                 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031",
             .record = "1703030043b1cebce242aa201be9ae5e1cb2a9aa4b33d4e866af1edb068919237741aa031d7a74d491c99b9d4e232b7"
                       "4206bc6fb"
                       "aa04fe78be44a9b4f54320a17eb76992afac3103"},
            {.sender = Side::server,
             .epoch = Epoch::application,
             .type = ContentType::application_data,
             .content =
                 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031",
             .record = "1703030043275e9f20acff57bc000657d3867df039cccf79047884cf75771746f740b5a83f462a0954c3581393a203a"
                       "25a7dd141"
                       "41ef1a37900cdb62ff62dee1ba39ab2590cbf194"},
            {.sender = Side::client,
             .epoch = Epoch::application,
             .type = ContentType::alert,
             .content = "0100",
             .record = "17030300130facce3246bdfc6369838d6a82ae6de5d422dc"},
            {.sender = Side::server,
             .epoch = Epoch::application,
             .type = ContentType::alert,
             .content = "0100",
             .record = "17030300135b18af444e8e1eec7158fb62d8f2577d37ba5d"},
        },
};

/// Section 5, "HelloRetryRequest".
inline const Trace retry{
    .psk = "",
    .shared_secret = "c142ce13ca11b5c2233652e63ad3d97844f1621fbfb9de69d547dc8fedeabeb4",
    .client_hello_1 =
        "010000b00303b0b1c5a5aa37c5919f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f0000061301130313020100008100"
        "00000b0009000006736572766572ff01000100000a00080006001d00170018003300260024001d0020e8e8e3f3b93a25ed97a14a"
        "7dcacb8a272c6288e585c6484d05262fcad062ad1f002b0003020304000d0020001e040305030603020308040805080604010501"
        "060102010402050206020202002d00020101001c00024001",
    .hello_retry_request =
        "020000ac0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c001301000084003300020017002c"
        "0074007271dcd04bb88bc3189119398a00000000eefafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23fcc"
        "654b1b5b40318d10d137abcbb87574e36e8a1f025f7dfa5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c03422"
        "67e8ca0caf571fb2b7cff0f934b0002b00020304",
    .client_hello =
        "010001fc0303b0b1c5a5aa37c5919f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f000006130113031302010001cd00"
        "00000b0009000006736572766572ff01000100000a00080006001d001700180033004700450017004104a6da7392ec591e17abfd"
        "535964b99894d13befb221b3def2ebe3830eac8f0151812677c4d6d2237e85cf01d6910cfb83954e76ba7352830534159897e806"
        "5780002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002c0074007271"
        "dcd04bb88bc3189119398a00000000eefafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23fcc654b1b5b40"
        "318d10d137abcbb87574e36e8a1f025f7dfa5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c0342267e8ca0caf"
        "571fb2b7cff0f934b0002d00020101001c00024001001500af000000000000000000000000000000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    .server_hello =
        "020000770303bb341d847fd789c47c387172dc0c9bf147fccacb5043d86ca4c598d3ff571b9800130100004f0033004500170041"
        "04583e054b7a66672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052bd85b4c8de6776f5b04ac07d83540eab3e3d9c547bc"
        "6528c4317d294686093a6cad7d002b00020304",
    .early_secret = "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a",
    .handshake_secret = "ce022e5e6e81e50736d773f2d3adfce8220d049bf510f0dbfac927ef4243b148",
    .master_secret = "1131545d0baf79ddce9b87f06945781a57dd18ef378dcd2060f8f9a569027ed8",
    .client_early = {},
    .client_handshake = {.secret = "158aa7ab8855073582b41d674b4055cabcc534728f659314861b4e08e2011566",
                         .key = "2f1f918663d590e7421149a29d94b0b6",
                         .iv = "414d5485235e1a688793bd74"},
    .server_handshake = {.secret = "3403e781e2af7b6508da28574f6e95a1abf162de83a97927c37672a4a0cef8a1",
                         .key = "4646bfac1712c426cd78d8a24a8a6f6b",
                         .iv = "c7d395c08d62f297d13768ea"},
    .client_application = {.secret = "75ecf4b972525aa0dcd057c9944d4cd5d82671d8843141d7dc2a4ff15a21dc51",
                           .key = "a7eb2a0525eb4331d58fcbf9f7ca2e9c",
                           .iv = "86e8be227c1bd2b3e39cb444"},
    .server_application = {.secret = "5c74f87df04225db0f8209c9de6429e49435fdefa7cad61864874d12f31cfc8d",
                           .key = "f27a5d97bd25550c4823b0f3e5d29388",
                           .iv = "0dd631f7b71cbbc797c35fe7"},
    .exporter_master_secret = "7c06d3ae106a3a374ace4837b3985cac67780a6e2c5c04b58319d584df09d223",
    .resumption_master_secret = "09170c6d472721566f9cf99b08699daff561ec8fb22d5a32c3f94ce009b69975",
    .end_of_early_data = "",
    .early_exporter_master_secret = "",
    .binder_key = "",
    .binder_hash = "",
    .binder = "",
    .records =
        {
            {.sender = Side::server,
             .epoch = Epoch::handshake,
             .type = ContentType::handshake,
             .content = "080000180016000a0008000600170018001d001c00024001000000000b0001b9000001b50001b0308201ac30820115"
                        "a003020102"
                        "020102300d06092a864886f70d01010b0500300e310c300a06035504031303727361301e170d313630373330303132"
                        "3335395a17"
                        "0d3236303733303031323335395a300e310c300a0603550403130372736130819f300d06092a864886f70d01010105"
                        "0003818d00"
                        "30818902818100b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc"
                        "9a95137ace"
                        "6c1af19eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530e"
                        "f0461c8ca9"
                        "d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203010001a31a301830090603551d13"
                        "0402300030"
                        "0b0603551d0f0404030205a0300d06092a864886f70d01010b05000381810085aad2a0e5b9276b908c65f73a726717"
                        "0618a54c5f"
                        "8a7b337d2df7a594365417f2eae8f8a58c8f8172f9319cf36b7fd6c55b80f21a03015156726096fd335e5e67f2dbf1"
                        "02702e608c"
                        "cae6bec1fc63a42a99be5c3eb7107c3c54e9b9eb2bd5203b1c3b84e0a8b2f759409ba3eac9d91d402dcc0cc8f89612"
                        "29ac9187b4"
                        "2b4de100000f0000840804008033ab13d4462707231b5dcae6c8190b63d1dabc74f28c395370da0b07e5b83066d024"
                        "6a31acd95d"
                        "f475bfd799a4a70d33ad93d3a317a9b2c0d237a5685b219e774112e391a247607d1aeff1bbd0a39f382ee1a5fe88ae"
                        "99ec59228e"
                        "6497e45d48ce275a6d5ef40d169fb6f9d33b052ed3dcdd6b5a48baafffbcb290128415bd38140000208863e6bfb042"
                        "0a927fa27f"
                        "34336a70ae426e968e3eb884945b96856dba3976d1",
             .record = "170303029699bee20baf5b7fc727bfab6223928a381e6d0cf9c4da653f9d2a7b23f7de11cce842d5cf75631763450ff"
                       "b8b0cc1d2"
                       "38e658af7a12adc86243114ab14a1da2fae42621ce483fb6242eabfaad52566b02b31d2eddedefeb80e66a9900d5f97"
                       "3b40c4fdf"
                       "74719ecf1b68d7f9c3b6ceb903ca13dd1bb8f8187ae33417e1d152522c5822a1a03ad52c838c55953d610222874cce8"
                       "e1790b229"
                       "a2aa0b53c8d377ee720182951dc6181dc5d90bd1f0105ed1e84aa5f75957c6661897079e5ea5007449e3197bdc7c9be"
                       "eedddeafd"
                       "d844afa5c315ecfe65e576afe909812880620ec7048b42d7f5c78d76f299d6d82534bdd8f512febc0ed3814aca470cd"
                       "8000d3e1c"
                       "b9962b052fbb950df683a52c2ba77ed3713b122937a6e5170964e2ab7969dcd980b3db9b458da7603124d6dc005e4d6"
                       "e04b4d0c4"
                       "baf3275db827dbba0a6db09672171fc057b3851d7e026841e2978fbd2346bbefdd0376bb1108fe9acc92189f5650aa5"
                       "e85d8e8c7"
                       "b67ac510dba003d3d7e16350bb66d45013efd44c9b607c0d318c4c7d1a1f5cbc57e20611804e3787d7b4a4b5f08ed8f"
                       "d70bdaead"
                       "e02260b12ab842ef690b4a3ee7911e841b374ecd5ebbbc2a54d047b600336dd7d0c88b4bc10e58ee6cb656de7247fa2"
                       "0d8e91deb"
                       "84628608cf80615b62e96c1491c7ac3755eb6901405d3474fe1ac79d106a0cee56c2577fc88480f96cb6b8c681b7b68"
                       "b53c14609"
                       "3908f350888175bdfb0b1e31ad61e30ba0adfe6d223aa03c0783b5001a57587c328a9afcfcfb978d1cd4328f7d9d605"
                       "30e630bef"
                       "d96c0c816ee20b0100768ae2a6df51fc68f172740a79af11398ee3be1252491fa9c693479e877f94ab7c5f8cad48020"
                       "3e6ab7b87"
                       "dd71e8a0729113df17f5eee86ce108d1d72007ec1cd13c85a6c149621e77b7d78d805a30f0be030c315e54"},
            {.sender = Side::client,
             .epoch = Epoch::handshake,
             .type = ContentType::handshake,
             .content = "1400002023f52fdb0709a55bd7f79b991f25484087bcfd4d4380b12326a52a28b2e368e1",
             .record = "1703030035d74f1923c662fd34137c6f502f3dd2b93d951d1b3bc97e42afe23c31abea92fe91b474999e85e3b791ce2"
                       "52fe8c3e9"
                       "f939a4120cb2"},
            {.sender = Side::client,
             .epoch = Epoch::application,
             .type = ContentType::alert,
             .content = "0100",
             .record = "17030300132ea6cdf749196023e2b3a49491695536426047"},
            {.sender = Side::server,
             .epoch = Epoch::application,
             .type = ContentType::alert,
             .content = "0100",
             .record = "1703030013519fc5075cb0884349759ff9ef6f011bb4c6f2"},
        },
};

}  // namespace keyway::testing::rfc8448
